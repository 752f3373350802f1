package rates

// Reporter is what Report needs of a benchmark; *testing.B has it.
type Reporter interface {
	ReportMetric(value float64, unit string)
}

// Report writes the metrics of a comparison. The first side is measured against each of the others: x-NAME is how many
// times as many answers a second it gave (least, median and greatest of the rounds), cpu-x-NAME the same by processor
// time, which other programs on the machine do not lengthen. p99/p50 is of the time that answers took, order-p99/p50 of
// how many answers others got meanwhile; medians over the rounds.
func Report(b Reporter, sides []Side, done [][]Round) {
	ours, n := done[0], len(done[0])
	median := func(value func(Round) float64) float64 {
		_, middle, _ := Spread(n, func(i int) float64 { return value(ours[i]) })
		return middle
	}
	b.ReportMetric(0, "ns/op") // says nothing: a benchmark's iteration is a part of a round
	b.ReportMetric(median(Round.Rate), "req/s")
	b.ReportMetric(median(Round.Cost), "cpu-us/req")
	b.ReportMetric(median(Round.User), "user-us/req")
	b.ReportMetric(
		median(func(r Round) float64 { return ratio(Quantile(r.Took, 0.99), Quantile(r.Took, 0.5)) }), "p99/p50",
	)
	b.ReportMetric(median(func(r Round) float64 {
		return ratio(Quantile(r.Overtaken, 0.99), Quantile(r.Overtaken, 0.5))
	}), "order-p99/p50")
	for side := 1; side < len(sides); side++ {
		name, theirs := "x-"+sides[side].Name, done[side]
		least, middle, greatest := Spread(n, func(i int) float64 { return ours[i].Rate() / theirs[i].Rate() })
		b.ReportMetric(least, name+"-min")
		b.ReportMetric(middle, name)
		b.ReportMetric(greatest, name+"-max")
		if theirs[0].Used.User > 0 && !sides[side].Elsewhere {
			_, middle, _ = Spread(n, func(i int) float64 { return theirs[i].Cost() / ours[i].Cost() })
			b.ReportMetric(middle, "cpu-"+name)
		}
	}
}

func ratio[N ~int | ~int64](a, b N) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
