package sim_test

import "mfpsim/device"

func powerAct(state string) device.PowerAct { return device.PowerAct{State: state} }
