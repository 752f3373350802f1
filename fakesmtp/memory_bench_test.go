package fakesmtp

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mfpsim/journal"
)

// blasted sends a message that is written in one piece, so that the client allocates nothing.
func blasted(l *loader, text []byte) error {
	for _, step := range [][2]string{
		{"MAIL FROM:<" + l.user + ">\r\n", "250"},
		{"RCPT TO:<bob@fabrikam.com>\r\n", "250"},
		{"DATA\r\n", "354"},
	} {
		if err := l.ask(step[0], step[1]); err != nil {
			return err
		}
	}
	if _, err := l.conn.Write(text); err != nil {
		return err
	}
	return l.ask("", "250")
}

// heap is what is allocated now, after a collection, and what has been allocated so far.
func heap() (now, ever uint64) {
	runtime.GC()
	runtime.GC() // what a pool still held
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc, stats.TotalAlloc
}

// BenchmarkReceive is what it takes to receive a message and to keep it: octets allocated by the octet of the message,
// of which the client's are few, and octets kept beside those of the message. Of the journal, which is bounded, little
// is kept.
func BenchmarkReceive(b *testing.B) {
	for name, size := range map[string]int{"10KiB": 10 << 10, "100kB": 100_000, "2MB": 2_000_000, "25MB": 25_000_000} {
		text := []byte(
			"Subject: load\r\nMessage-ID: <load@contoso.com>\r\n\r\n" + strings.Repeat(
				strings.Repeat("x", 78)+"\r\n", size/80,
			) + ".\r\n",
		)
		b.Run(name, func(b *testing.B) {
			s := loaded(b, true)
			s.Journal().Keep(journal.Keep{Entries: 100})
			l := newLoad(b, s.Addr(), 1, nil).sessions[0]
			for range 100 { // what is made once
				require.NoError(b, blasted(l, text[len(text)-3-80*100:]))
			}
			b.SetBytes(int64(len(text)))
			before, ever := heap()
			b.ResetTimer()
			for range b.N {
				require.NoError(b, blasted(l, text))
			}
			b.StopTimer()
			after, allocated := heap()
			b.ReportMetric(float64(allocated-ever)/float64(b.N)/float64(len(text)), "allocated/size")
			b.ReportMetric((float64(after)-float64(before))/float64(b.N)-float64(len(text)-3), "kept-B-beside-size")
		})
	}
}

// BenchmarkMailbox reads a mailbox of 100,000 mails: how many there are, ten of them with their parts, all without
// them, all with them.
func BenchmarkMailbox(b *testing.B) {
	const mails, address = 100_000, "bob@fabrikam.com"
	s := loaded(b, true)
	require.NoError(b, s.AddOrganization(Organization{Domains: []string{"fabrikam.com"}}))
	require.NoError(b, s.AddMailbox(Mailbox{Address: address}))
	for i := range mails {
		require.NoError(
			b, s.Deliver(address, fmt.Appendf(nil, "Subject: mail %d\r\n\r\n%s\r\n", i, strings.Repeat("x", 78))),
		)
	}
	for name, look := range map[string]func() int{
		"count": func() int { count, _ := s.MailCount(address); return count / mails },
		"page": func() int {
			n := 0
			for _, m := range s.MailboxPage(address, mails/2, 10) {
				n += len(m.Text()) / 78
			}
			return n / 10
		},
		"whole": func() int { return len(s.Mailbox(address)) / mails },
		"whole-with-parts": func() int {
			n := 0
			for _, m := range s.Mailbox(address) {
				n += len(m.Text()) / 78
			}
			return n / mails
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if look() != 1 {
					b.Fatal("it is not all there")
				}
			}
		})
	}
}
