// Package lockfile claims a file or a folder for one process, until it is closed or the process ends.
package lockfile
