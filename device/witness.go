package device

import (
	"context"
	"time"
)

// Surface is something of a device that a person looks at.
type Surface string

// The surfaces.
const (
	SurfacePanel Surface = "panel"
	SurfacePage  Surface = "web page"
	SurfaceList  Surface = "list"        // the choices of a field of the web page
	SurfaceFile  Surface = "download"    // the file that was downloaded last from the web page
	SurfaceSheet Surface = "sheet"       // the network status sheet that was printed last, or that of a number
	SurfaceJobs  Surface = "job history" // its newest row, or that of a number
)

// Look is a question about what a device shows.
type Look struct {
	Surface Surface       `json:"surface"`
	Number  int           `json:"number,omitempty"` // of the sheet or of the job; 0: the newest
	Field   string        `json:"field,omitempty"`  // of a list
	Words   []string      `json:"words"`            // in the device's language: all on one line or row, in this order
	Absent  bool          `json:"absent,omitempty"` // they must not be there
	Within  time.Duration `json:"within,omitempty"` // how long they may take to come
}

// Sight is what somebody who looked says.
type Sight struct {
	AsShown bool
	Said    string // what is there otherwise, in that person's words
}

// Witness is a device whose surfaces cannot be read, but about which somebody can be asked who stands before it. Its
// looks ([Panel.Screen], [WebConfig.Page], [Device.Jobs] …) answer nothing.
type Witness interface {
	Device
	// Look asks whether words are shown. [ErrAbsent]: the device has no such thing.
	Look(ctx context.Context, look Look) (Sight, error)
	// CountJobs asks how many rows the job history has.
	CountJobs(ctx context.Context) (int, error)
}
