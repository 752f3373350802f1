package scanner_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mfpsim/sim/scanner"
)

var settings = scanner.Settings{
	DPI: 300, Color: true, Name: "Scan", Time: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Program: "MFP-4100",
}

func scan(t *testing.T, o scanner.Originals, s scanner.Settings) [][]scanner.File {
	t.Helper()
	mails, err := scanner.Scan(o, s)
	require.NoError(t, err)
	again, err := scanner.Scan(o, s)
	require.NoError(t, err)
	require.True(t, reflect.DeepEqual(mails, again), "the same scan gives the same bytes")
	return mails
}

func TestASmallPageIsSmallAndATruePageIsNot(t *testing.T) {
	small := scan(t, scanner.Originals{Pages: 1}, settings)[0][0]
	require.Equal(t, "Scan.pdf", small.Name)
	require.True(t, bytes.HasPrefix(small.Data, []byte("%PDF-1.")))
	require.Less(t, len(small.Data), 9_000)
	require.Greater(
		t,
		len(scan(t, scanner.Originals{Pages: 400}, settings)[0][0].Data),
		2<<20,
		"a book is more than 2 MB",
	)
	page := scan(t, scanner.Originals{Pages: 1, Size: "A4"}, settings)[0][0]
	require.Greater(t, len(page.Data), 500_000)
	require.Contains(t, string(page.Data), "/Width 2480")
	require.Contains(t, string(page.Data), "/MediaBox [ 0 0 595.28 841.89 ]")
}

func TestFormatsHaveTheirFiles(t *testing.T) {
	single, pictures := settings, settings
	single.Single, pictures.JPEG = true, true
	files := scan(t, scanner.Originals{Pages: 3}, single)[0]
	require.Len(t, files, 3)
	require.Equal(t, "Scan_002.pdf", files[1].Name)
	files = scan(t, scanner.Originals{Pages: 2}, pictures)[0]
	require.Equal(t, "image/jpeg", files[1].ContentType)
	_, err := jpeg.Decode(bytes.NewReader(files[1].Data))
	require.NoError(t, err)
}

func TestWhatIsTooLargeForOneMailIsSplit(t *testing.T) {
	for name, change := range map[string]func(*scanner.Settings){
		"PDF": func(*scanner.Settings) {}, "a PDF each page": func(s *scanner.Settings) { s.Single = true },
		"JPEG": func(s *scanner.Settings) { s.JPEG = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := settings
			change(&s)
			s.Maximum = 30_000
			require.Len(t, scan(t, scanner.Originals{Pages: 20}, s), 1, "only if it is wanted")
			s.Split = true
			mails := scan(t, scanner.Originals{Pages: 20}, s)
			require.Greater(t, len(mails), 3)
			pages := 0
			for _, files := range mails {
				size := 0
				for _, f := range files {
					size, pages = size+len(f.Data), pages+f.Pages
				}
				require.LessOrEqual(t, size, 30_000)
			}
			require.Equal(t, 20, pages)
		})
	}
}

func TestAPictureOnTheGlassIsScannedAtTheResolution(t *testing.T) {
	picture := image.NewRGBA(image.Rect(0, 0, 20, 30))
	picture.Set(3, 3, color.RGBA{255, 0, 0, 255})
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, picture))
	read, err := scanner.Picture(file.Bytes())
	require.NoError(t, err)
	s := settings
	s.DPI, s.JPEG = 200, true
	scanned, err := jpeg.Decode(bytes.NewReader(scan(t, scanner.Originals{Picture: read}, s)[0][0].Data))
	require.NoError(t, err)
	require.Equal(t, 1653, scanned.Bounds().Dx())
	_, err = scanner.Picture([]byte("no picture"))
	require.EqualError(t, err, "the picture is no PNG and no JPEG")
	require.ErrorContains(t, scanner.CheckSize("A9"), "A4")
}

func BenchmarkASmallPage(b *testing.B) {
	for b.Loop() {
		mails, err := scanner.Scan(scanner.Originals{Pages: 1}, settings)
		require.NoError(b, err)
		b.ReportMetric(float64(len(mails[0][0].Data)), "B/file")
	}
}
