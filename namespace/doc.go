// Package namespace runs a program, unmodified, in Linux namespaces of its own (namespaces(7)), in which Microsoft's
// names, ports and certificates are those of a bench.
//
// It has two halves. The outer half stays in the machine's network: it serves what the program connects to, waits for
// it and passes its exit code on. The inner half is the same executable, started again in the new namespaces: it
// brings the network up, opens the ports and hands them out (a socket belongs to the namespace it was made in), lays
// the bench's certificate, resolver and hosts file over those of the machine, gives up its rights and becomes the
// program by execve(2). No process stands between, so terminal, signals and exit code are the program's own.
//
// It is no sandbox: files are the user's, and so are Unix sockets with a path. What goes over IP goes to the bench or
// nowhere.
package namespace
