package sim

import (
	"bytes"
	"fmt"
)

// A scanned page is a picture of so many grey points, one byte each.
const (
	scanWidth  = 72
	scanHeight = 80
)

// scanPDF makes the file of a scan: a PDF (1.4) of so many pages, each with a grey picture of its own. The same number
// of pages gives the same bytes.
func scanPDF(pages int) []byte {
	const aroundAPicture = 512 // bytes at most of a page that are no points of its picture
	var b bytes.Buffer
	b.Grow((pages + 1) * (scanWidth*scanHeight + aroundAPicture))
	var offsets []int
	object := func(format string, values ...any) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&b, format, values...)
		b.WriteString("\nendobj\n")
	}
	stream := func(dictionary string, data []byte) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n<< %s/Length %d >>\nstream\n", len(offsets), dictionary, len(data))
		b.Write(data)
		b.WriteString("\nendstream\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n") // the second line says that the file is binary (PDF 1.4 §3.4.1)
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids bytes.Buffer
	for page := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+3*page)
	}
	object("<< /Type /Pages /Kids [%s] /Count %d >>", bytes.TrimSpace(kids.Bytes()), pages)
	for page := range pages {
		number := 3 + 3*page
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /XObject << /Scan %d 0 R >> >> >>", number+1, number+2)
		stream("", []byte("q 595 0 0 842 0 0 cm /Scan Do Q"))
		stream(
			fmt.Sprintf(
				"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 ",
				scanWidth, scanHeight,
			),
			picture(page),
		)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, table)
	return b.Bytes()
}

// picture draws lines of "text" on light paper, a little different on each page.
func picture(page int) []byte {
	points := make([]byte, 0, scanWidth*scanHeight)
	for y := range scanHeight {
		for x := range scanWidth {
			grey := byte(240 + (x*7+y*13+page*5)%12) // the grain of paper
			inText := y > 8 && y < 70 && y%4 < 2 && x > 8 && x < 50+(y*31+page*17)%14
			if inText && (x*5+y*3+page)%7 != 0 {
				grey = byte(40 + (x*y+page)%30)
			}
			points = append(points, grey)
		}
	}
	return points
}
