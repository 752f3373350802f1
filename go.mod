module mfpsim

go 1.26
