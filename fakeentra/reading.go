package fakeentra

import "mfpsim/fakeentra/internal/catalogue"

// CatalogueRow is one sentence of Entra ID: a row of the AADSTS catalogue.
type CatalogueRow = catalogue.Row

// Catalogue returns the AADSTS catalogue, in the order of its numbers as text; its methods look numbers and words up in it.
func Catalogue() catalogue.Table { return catalogue.All() }
