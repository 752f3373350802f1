package nvram

// Flash is the non-volatile memory of the device: one image that is read and written as a whole.
//
// A write may be torn by a power failure: then the image is the beginning of the new one and the rest of the old one.
// Bytes that do not change survive a torn write. (A file that is replaced by renaming is never torn.)
type Flash interface {
	// Read returns the image; empty for a new device.
	Read() ([]byte, error)
	// Write replaces the image.
	Write(image []byte) error
}
