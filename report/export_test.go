package report

// Kill does what the system does for a process that is killed: what it had open is closed.
func (f *Folder) Kill() error { return f.release() }
