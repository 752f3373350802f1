package namespace

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"golang.org/x/sys/unix"
)

// Where systems keep the authorities that they trust.
var (
	bundles = []string{
		"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
	}
	folderOfOpenSSL = "/etc/ssl/certs"
	keyStores       = []string{
		"/etc/pki/ca-trust/extracted/java/cacerts", "/usr/lib/jvm/*/lib/security/cacerts",
		"/usr/lib/jvm/*/jre/lib/security/cacerts", "/opt/java/*/lib/security/cacerts",
	}
)

// Services that would answer for names, in place of the resolver.
var nameServices = []string{"/run/nscd", "/run/systemd/resolve"}

// wardrobe is a file system in memory, under which nothing of the machine is changed: what is in it is laid over files
// that are there.
type wardrobe struct {
	path    string
	count   int
	targets map[string]int // open, so that they are found whatever lies over them
}

// dress lays the authority, the resolver and an empty hosts file over those of the machine, in this mount namespace
// only, and returns the file of the bundle; "" if the system keeps none. What is missing is passed over.
func dress(trust Trust, trustFiles []string) (bundle string, err error) {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return "", refused(err, "mounts")
	}
	w := &wardrobe{path: os.TempDir(), targets: map[string]int{}}
	if _, err := os.Stat("/tmp"); err == nil {
		w.path = "/tmp" // nothing of the program's is here yet, so it may be covered for a moment
	}
	for _, target := range w.wanted(trustFiles) {
		if descriptor, err := unix.Open(target, unix.O_PATH|unix.O_CLOEXEC, 0); err == nil {
			w.targets[target] = descriptor
		}
	}
	for _, file := range trustFiles {
		if _, there := w.targets[file]; !there {
			return "", fmt.Errorf("%s: there is no such file to lay the bench's certificate over", file)
		}
	}
	if err := unix.Mount("mfpsim", w.path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=4m,mode=0755"); err != nil {
		return "", refused(err, "mounts")
	}
	if err := w.lay(trust, trustFiles); err != nil {
		return "", err
	}
	if _, there := w.targets[folderOfOpenSSL]; there {
		bundle = bundles[0] // the folder that lies over it has one
	}
	for _, file := range append(slices.Clone(bundles), trustFiles...) {
		if _, there := w.targets[file]; there && bundle == "" {
			bundle = file
		}
	}
	for _, descriptor := range w.targets {
		_ = unix.Close(descriptor)
	}
	return bundle, unix.Unmount(w.path, unix.MNT_DETACH) // what was laid over others stays
}

// TrustedFiles are the files of the system that hold authorities, and further ones, with the bench's authority in them.
func TrustedFiles(trust Trust, further []string) map[string][]byte {
	files := map[string][]byte{
		filepath.Join(folderOfOpenSSL, trust.Hash):     trust.PEM,
		filepath.Join(folderOfOpenSSL, "java/cacerts"): trust.JKS,
	}
	for _, file := range slices.Concat(bundles, further) {
		files[file] = trust.PEM
	}
	for _, file := range foundKeyStores() {
		files[file] = trust.JKS
	}
	return files
}

func foundKeyStores() (found []string) {
	for _, pattern := range keyStores {
		matched, _ := filepath.Glob(pattern) // the patterns are good ones
		found = append(found, matched...)
	}
	return found
}

// wanted are the files and folders that something is laid over.
func (w *wardrobe) wanted(trustFiles []string) []string {
	return slices.Concat(
		[]string{"/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", folderOfOpenSSL},
		bundles, trustFiles, nameServices, foundKeyStores(),
	)
}

func (w *wardrobe) lay(trust Trust, trustFiles []string) error {
	resolving := resolving(resolver.Addr())
	for target, content := range NameFiles(resolver.Addr(), nil) {
		if err := w.file(target, content); err != nil {
			return err
		}
	}
	for _, folder := range nameServices {
		if err := w.folder(folder, map[string][]byte{
			"resolv.conf": resolving, "stub-resolv.conf": resolving,
		}); err != nil {
			return err
		}
	}
	if err := w.folder(folderOfOpenSSL, map[string][]byte{
		"ca-certificates.crt": trust.PEM, trust.Hash: trust.PEM, "java/cacerts": trust.JKS,
	}); err != nil {
		return err
	}
	for _, target := range append(slices.Clone(bundles[1:]), trustFiles...) {
		if err := w.file(target, trust.PEM); err != nil {
			return err
		}
	}
	for target := range w.targets {
		if filepath.Base(target) == "cacerts" {
			if err := w.file(target, trust.JKS); err != nil {
				return err
			}
		}
	}
	return nil
}

// NameFiles are the files by which a program finds names: those of the given lines of a hosts file, of the machine
// itself, and what the resolver at an address answers.
func NameFiles(resolver netip.Addr, lines []string) map[string][]byte {
	name, _ := os.Hostname() // a machine without one has no line
	hosts := "127.0.0.1 localhost\n::1 localhost\n"
	if name != "" && name != "localhost" {
		hosts += "127.0.1.1 " + name + "\n"
	}
	for _, line := range lines {
		hosts += line + "\n"
	}
	return map[string][]byte{
		"/etc/hosts": []byte(hosts), "/etc/resolv.conf": resolving(resolver), "/etc/nsswitch.conf": switched(),
	}
}

func resolving(resolver netip.Addr) []byte {
	return []byte("nameserver " + resolver.String() + "\noptions timeout:1 attempts:1\n")
}

// hostsLine is that of nsswitch.conf which says who answers for names.
var hostsLine = regexp.MustCompile(`(?m)^hosts:.*$`)

// switched is the machine's nsswitch.conf, but that names are looked up in the hosts file and at the resolver only.
func switched() []byte {
	text, err := os.ReadFile("/etc/nsswitch.conf")
	if err != nil {
		return nil
	}
	if !hostsLine.Match(text) {
		return append(bytes.TrimRight(text, "\n"), "\nhosts: files dns\n"...)
	}
	return hostsLine.ReplaceAll(text, []byte("hosts: files dns"))
}

func (w *wardrobe) file(target string, content []byte) error {
	descriptor, there := w.targets[target]
	if !there {
		return nil
	}
	w.count++
	made := filepath.Join(w.path, fmt.Sprint(w.count))
	if err := os.WriteFile(made, content, 0o644); err != nil { //nolint:gosec // as the file that it lies over
		return err
	}
	return w.bind(made, target, descriptor)
}

func (w *wardrobe) folder(target string, files map[string][]byte) error {
	descriptor, there := w.targets[target]
	if !there {
		return nil
	}
	w.count++
	made := filepath.Join(w.path, fmt.Sprint(w.count))
	for name, content := range files {
		path := filepath.Join(made, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // as the folder that it lies over
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // likewise
			return err
		}
	}
	return w.bind(made, target, descriptor)
}

func (w *wardrobe) bind(made, target string, descriptor int) error {
	err := unix.Mount(made, fmt.Sprintf("/proc/self/fd/%d", descriptor), "", unix.MS_BIND, "")
	if err != nil {
		return fmt.Errorf("nothing can be laid over %s: %w", target, err)
	}
	return nil
}
