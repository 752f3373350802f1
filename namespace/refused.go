package namespace

import (
	"errors"
	"fmt"
	"syscall"
)

// Refused says that the machine does not allow what a run needs.
type Refused struct {
	What string
	Err  error // nil: What says all
}

func (e *Refused) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

func (e *Refused) Unwrap() error { return e.Err }

// refused translates what the kernel says.
func refused(err error, what string) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EUSERS):
		return &Refused{What: what + " are refused: no more of them are allowed here (user.max_user_namespaces)"}
	case errors.Is(err, syscall.EPERM):
		return &Refused{What: what + " are refused: this user has not the right, or a filter of the container forbids it"}
	case errors.Is(err, syscall.EINVAL), errors.Is(err, syscall.ENOSYS):
		return &Refused{What: what + " are refused: the kernel was built without them"}
	}
	return &Refused{What: what + " are refused", Err: fmt.Errorf("%w", err)}
}
