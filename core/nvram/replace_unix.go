//go:build !windows

package nvram

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// replace writes a file anew, readable for its owner only; after a power failure it is the old one or the new one.
func replace(path string, image []byte) error {
	return renameio.WriteFile(path, image, 0o600, renameio.WithTempDir(filepath.Dir(path)))
}
