package remote

import (
	"context"
	"encoding/json"

	"mfpsim/device"
)

func (h *hosted) reach(context.Context, json.RawMessage) Result {
	return Result{Error: encode(device.ErrNotSupported)}
}
