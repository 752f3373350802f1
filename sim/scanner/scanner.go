// Package scanner makes the files of a scan from what lies in the document feeder or on the glass.
//
// What nobody describes is one small page, encoded once in a process. A page of a paper size, or a picture that was put
// on the glass, is scanned in true size: as many points as the resolution demands.
package scanner

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // pictures on the glass
	"strconv"
	"sync"
	"time"

	"github.com/signintech/gopdf"

	"mfpsim/choice"
)

// pointsPerInch is the unit of PDF.
const pointsPerInch = 72

// paper is a size in points of PDF.
type paper struct{ width, height float64 }

// papers are the sizes that the scanner knows (ISO 216; North American ones in inches).
var papers = map[string]paper{
	"A4": {595.28, 841.89}, "A5": {419.53, 595.28}, "Letter": {612, 792}, "Legal": {612, 1008},
}

// Sizes are the sizes of paper that there are.
func Sizes() []string { return []string{"A4", "A5", "Letter", "Legal"} }

// Originals are what is scanned.
type Originals struct {
	Pages   int
	Size    string      // one of Sizes; empty: a small page
	Picture image.Image // on the glass; nil: a page of text
}

// CheckSize returns an error that names the sizes if there is no such one.
func CheckSize(size string) error {
	if _, known := papers[size]; known || size == "" {
		return nil
	}
	return &choice.Error{What: "size", Wanted: size, Present: Sizes()}
}

// most is how many points a picture on the glass may have: that of A4 at 1200 dpi.
const most = 140_000_000

// Picture reads a PNG or JPEG that is put on the glass.
func Picture(data []byte) (image.Image, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("the picture is no PNG and no JPEG")
	}
	if config.Width*config.Height > most || config.Width < 1 || config.Height < 1 {
		return nil, fmt.Errorf(
			"the picture has %d by %d points, which is more than the glass has", config.Width, config.Height,
		)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("the picture is damaged")
	}
	return picture, nil
}

// Settings are those of the panel.
type Settings struct {
	JPEG    bool // a file each page; else PDF
	Single  bool // a PDF each page
	DPI     int
	Color   bool
	Maximum int64 // bytes of a mail's files; 0: no limit
	Split   bool  // what is larger goes into several mails
	Name    string
	Time    time.Time // of the files
	Program string    // who made them
}

// File is a file of a scan.
type File struct {
	Name        string
	ContentType string
	Data        []byte
	Pages       int
}

// Scan returns the files of a scan, those of each mail: one mail, unless they are split.
func Scan(o Originals, s Settings) ([][]File, error) {
	page, err := encoded(o, s)
	if err != nil {
		return nil, err
	}
	pages := max(1, o.Pages)
	if !s.JPEG && !s.Single {
		return s.split(o, page, pages)
	}
	var mails [][]File
	var size int64
	for n := range pages {
		name := s.Name
		if pages > 1 {
			name += fmt.Sprintf("_%03d", n+1)
		}
		file := File{Name: name + ".jpg", ContentType: "image/jpeg", Data: numbered(page, n+1), Pages: 1}
		if !s.JPEG {
			if file, err = s.pdf(name, o, file.Data, 1); err != nil {
				return nil, err
			}
		}
		length := int64(len(file.Data))
		if len(mails) == 0 || s.Split && s.Maximum > 0 && size+length > s.Maximum {
			mails, size = append(mails, nil), 0
		}
		mails[len(mails)-1], size = append(mails[len(mails)-1], file), size+length
	}
	return mails, nil
}

// split makes a PDF of all pages, or several that are each no larger than the limit.
func (s Settings) split(o Originals, page []byte, pages int) ([][]File, error) {
	whole, err := s.pdf(s.Name, o, page, pages)
	if err != nil || !s.Split || s.Maximum <= 0 || int64(len(whole.Data)) <= s.Maximum || pages == 1 {
		return [][]File{{whole}}, err
	}
	each := max(1, int(s.Maximum/(int64(len(whole.Data))/int64(pages)+1)))
	var mails [][]File
	for first := 0; first < pages; first += each {
		file, err := s.pdf(s.Name+"_"+strconv.Itoa(len(mails)+1), o, page, min(each, pages-first))
		if err != nil {
			return nil, err
		}
		mails = append(mails, []File{file})
	}
	return mails, nil
}

// pdf writes pages into a PDF. The same pages at the same time give the same bytes.
func (s Settings) pdf(name string, o Originals, page []byte, pages int) (File, error) {
	size, known := papers[o.Size]
	if !known {
		size = papers["A4"]
	}
	document := &gopdf.GoPdf{}
	document.Start(gopdf.Config{Unit: gopdf.UnitPT, PageSize: gopdf.Rect{W: size.width, H: size.height}})
	document.SetInfo(gopdf.PdfInfo{Producer: s.Program, CreationDate: s.Time.UTC()})
	document.SetNoCompression() // a picture is compressed already, and there is nothing else
	for n := range pages {
		document.AddPage()
		picture, err := gopdf.ImageHolderByBytes(numbered(page, n+1)) // each page is a picture of its own
		if err == nil {
			err = document.ImageByHolder(picture, 0, 0, &gopdf.Rect{W: size.width, H: size.height})
		}
		if err != nil {
			return File{}, fmt.Errorf("write the PDF of a scan: %w", err)
		}
	}
	var out bytes.Buffer
	out.Grow((len(page) + 1024) * pages)
	if _, err := document.WriteTo(&out); err != nil {
		return File{}, fmt.Errorf("write the PDF of a scan: %w", err)
	}
	return File{Name: name + ".pdf", ContentType: "application/pdf", Data: out.Bytes(), Pages: pages}, nil
}

// numbered puts the number of a page into its JPEG, as a comment: pages that look alike are pages of their
// own, which no
// writer of PDF may store once only.
func numbered(page []byte, number int) []byte {
	const startOfImage, comment = 2, "\xff\xfe\x00\x0b" // marker, and the length of itself and nine digits
	all := make([]byte, 0, len(page)+16)
	all = append(all, page[:startOfImage]...)
	all = append(all, comment...)
	all = fmt.Appendf(all, "%09d", number)
	return append(all, page[startOfImage:]...)
}

// quality is that of the JPEG encoder: what scanners use by default is about as good.
const quality = 80

// kind is what decides how an encoded page of text looks.
type kind struct {
	size  string
	dpi   int
	color bool
}

var (
	encoding sync.Mutex
	pages    = map[kind][]byte{}
)

// encoded is a page as JPEG. A page of text is encoded once in a process.
func encoded(o Originals, s Settings) ([]byte, error) {
	if o.Picture != nil {
		return encode(scaled{o.Picture, bounds(o.Size, s.DPI)}, s.Color)
	}
	k := kind{o.Size, s.DPI, s.Color}
	if o.Size == "" {
		k = kind{}
	}
	encoding.Lock()
	defer encoding.Unlock()
	if known := pages[k]; known != nil {
		return known, nil
	}
	area, colored := image.Rect(0, 0, smallWidth, smallHeight), false
	if o.Size != "" {
		area, colored = bounds(o.Size, s.DPI), s.Color
	}
	data, err := encode(text{area}, colored)
	if err == nil {
		pages[k] = data
	}
	return data, err
}

// The small page, in points.
const (
	smallWidth  = 114
	smallHeight = 161
)

// bounds are the points of a page at a resolution.
func bounds(size string, dpi int) image.Rectangle {
	p, known := papers[size]
	if !known {
		p = papers["A4"]
	}
	scale := float64(max(dpi, pointsPerInch)) / pointsPerInch
	return image.Rect(0, 0, int(p.width*scale), int(p.height*scale))
}

func encode(page page, colored bool) ([]byte, error) {
	area := page.Bounds()
	var drawn image.Image
	if colored {
		rgba := image.NewRGBA(area)
		for y := range area.Dy() {
			row := rgba.Pix[y*rgba.Stride:]
			for x := range area.Dx() {
				point := row[4*x : 4*x+4 : 4*x+4]
				point[0], point[1], point[2] = page.point(x, y)
				point[3] = 0xff
			}
		}
		drawn = rgba
	} else {
		gray := image.NewGray(area)
		for y := range area.Dy() {
			row := gray.Pix[y*gray.Stride:]
			for x := range area.Dx() {
				r, g, b := page.point(x, y)
				row[x] = uint8((299*uint32(r) + 587*uint32(g) + 114*uint32(b)) / 1000) //nolint:gosec // 255 at most
			}
		}
		drawn = gray
	}
	var out bytes.Buffer
	err := jpeg.Encode(&out, drawn, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// page is what the scanner sees.
type page interface {
	Bounds() image.Rectangle
	point(x, y int) (r, g, b uint8)
}

// scaled is a picture as it fills a page.
type scaled struct {
	image.Image
	area image.Rectangle
}

func (p scaled) Bounds() image.Rectangle { return p.area }

func (p scaled) point(x, y int) (uint8, uint8, uint8) {
	from := p.Image.Bounds()
	r, g, b, _ := p.Image.At(from.Min.X+x*from.Dx()/p.area.Dx(), from.Min.Y+y*from.Dy()/p.area.Dy()).RGBA()
	return uint8(r >> 8), uint8(g >> 8), uint8(b >> 8) //nolint:gosec // of 16 bits the upper ones
}

// text is a page with lines of "text" on light paper.
type text struct{ area image.Rectangle }

func (t text) Bounds() image.Rectangle { return t.area }

//nolint:gosec // points are few, and what is drawn is 255 at most
func (t text) point(x, y int) (uint8, uint8, uint8) {
	grain := uint8((uint32(x)*2654435761 ^ uint32(y)*2246822519) >> 28) // of the paper: four bits
	line, column := y*75/t.area.Max.Y, x*60/t.area.Max.X
	inText := line > 7 && line < 68 && line%2 == 0 && column > 5 && column < 48+(line*31)%7
	if inText && (uint32(x*7/max(1, t.area.Max.X/208))*31+uint32(y*5/max(1, t.area.Max.Y/288))*17)%7 > 2 { // letters
		return 30 + grain, 34 + grain, 60 + 2*grain
	}
	return 236 + grain, 234 + grain, 228 + grain
}
