package models

import (
	"slices"
	"time"
)

// PrintAdmin is what Print Admin Serverless can do on a model: users who log in on the panel (guide rules R30 to R37).
// What its function To My Email is called is among the model's words (R32).
type PrintAdmin struct {
	// License says that a license key is needed.
	License bool `yaml:"license"`
	Users   int  `yaml:"users"` // at most
	// LogOffTime is how long without a key until a user is logged off.
	LogOffTime time.Duration `yaml:"logOffTime"`
	// Limits of a user's fields, in characters.
	IDMaximum         int `yaml:"idMaximum"`
	NameMaximum       int `yaml:"nameMaximum"`
	PasswordMinimum   int `yaml:"passwordMinimum"`
	PasswordMaximum   int `yaml:"passwordMaximum"`
	NumberMinimum     int `yaml:"numberMinimum"`
	NumberMaximum     int `yaml:"numberMaximum"`
	AddressMaximum    int `yaml:"addressMaximum"`
	DepartmentMaximum int `yaml:"departmentMaximum"`
	// Columns are those of the CSV file, in order, by the names of their labels.
	Columns []string `yaml:"columns"`
}

// printAdminPages are the pages of Web Config that need printAdmin.
var printAdminPages = []string{
	"open-platform", "license-key", "user-authentication", "user-registration", "user-import",
}

// printAdmin looks for what needs printAdmin on a model that has it not.
func (c *checker) printAdmin() {
	if c.PrintAdmin != nil {
		return
	}
	var find func(where at, items []WebItem)
	find = func(where at, items []WebItem) {
		for i, item := range items {
			if slices.Contains(printAdminPages, item.Page) {
				c.wrong(where.place(i).key("page"), "%s needs printAdmin", item.Page)
			}
			find(where.place(i).key("items"), item.Items)
		}
	}
	find(at{"webConfig", "tabs"}, c.WebConfig.Tabs)
	var keys func(where at, items []MenuItem)
	keys = func(where at, items []MenuItem) {
		for i, item := range items {
			if item.Users {
				c.wrong(where.place(i).key("users"), "%s needs printAdmin", item.Label)
			}
			keys(where.place(i).key("items"), item.Items)
		}
	}
	keys(at{"panel", "menu"}, c.Panel.Menu)
}
