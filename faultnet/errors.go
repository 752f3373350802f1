package faultnet

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// past is a deadline that has passed on any machine.
var past = time.Unix(1, 0)

// name is a net.Addr that shows what was dialled, so that errors carry no loopback port.
type name string

func (name) Network() string  { return "tcp" }
func (n name) String() string { return string(n) }

// dialError is a failed dial of an address, as package net would report it.
func dialError(address string, err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: name(address), Err: err}
}

// connectError is a dial that the other side or the network refused.
func connectError(address string, number syscall.Errno) error {
	return dialError(address, os.NewSyscallError("connect", number))
}

// noName is what a resolver answers for a name that does not exist.
func noName(address string) error {
	host, _ := splitAddress(address)
	return dialError(address, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true})
}

// resetError is what a read or a write gets on a connection that was reset.
func resetError(op, address string) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: name(address), Err: os.NewSyscallError(op, syscall.ECONNRESET)}
}

// timeoutError is what a read gets after its deadline.
func timeoutError(address string) error {
	return &net.OpError{Op: "read", Net: "tcp", Addr: name(address), Err: os.ErrDeadlineExceeded}
}

// anonymous takes the loopback addresses out of an error.
func anonymous(err error, address string) error {
	var op *net.OpError
	if err == nil || !errors.As(err, &op) {
		return err
	}
	return &net.OpError{Op: op.Op, Net: op.Net, Addr: name(address), Err: op.Err}
}
