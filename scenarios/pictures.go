package scenarios

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"regexp"
	"strconv"

	"mfpsim/fakesmtp"
)

// tint is a color as it is written: 'c81e1e'.
var tint = regexp.MustCompile(`^[0-9a-f]{6}$`)

// pictureSize reports whether a mail has a JPEG of so many points: '1240x1754'.
func pictureSize(m fakesmtp.Message, want string) bool {
	for _, a := range m.Attachments() {
		config, err := jpeg.DecodeConfig(bytes.NewReader(a.Content))
		if err == nil && fmt.Sprintf("%dx%d", config.Width, config.Height) == want {
			return true
		}
	}
	return false
}

// nearly is by how much the average color of a picture may be another one: what an encoder makes of it.
const nearly = 4

// pictureTint reports whether a mail has a JPEG whose points have a color on average.
func pictureTint(m fakesmtp.Message, want string) bool {
	for _, a := range m.Attachments() {
		picture, err := jpeg.Decode(bytes.NewReader(a.Content))
		if err != nil {
			continue
		}
		var sum [3]uint64
		area, count := picture.Bounds(), uint64(0)
		for y := area.Min.Y; y < area.Max.Y; y += 4 { // some of them are enough
			for x := area.Min.X; x < area.Max.X; x += 4 {
				r, g, b, _ := picture.At(x, y).RGBA()
				sum[0], sum[1], sum[2], count = sum[0]+uint64(r>>8), sum[1]+uint64(g>>8), sum[2]+uint64(b>>8), count+1
			}
		}
		fits := count > 0 && tint.MatchString(want)
		for i := 0; fits && i < len(sum); i++ {
			wanted, _ := strconv.ParseUint(want[2*i:2*i+2], 16, 8) // two hexadecimal digits
			fits = sum[i]/count+nearly >= wanted && sum[i]/count <= wanted+nearly
		}
		if fits {
			return true
		}
	}
	return false
}
