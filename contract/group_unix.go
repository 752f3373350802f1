//go:build unix

package contract

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup makes a program and what it starts one group, which ends together.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = p.Kill()
}
