package webconfig

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"mfpsim/device"
)

// pathJobsFile is the export of the job history; whoever wants it logs in.
const pathJobsFile = "/status/jobs/output.csv"

// jobColumns are the columns of the export, in English in any language: programs read them (docs/reference/printer.md
// §2.6).
var jobColumns = []string{
	"Receipt No.", "Date/Time", "Completed", "Type", "Result", "Pages", "From", "To", "Total Receipt Fax Data", "File Name",
	"Reference Receipt No.", "Receipt Number for Sending", "Storage",
}

// jobsFile is the job history as a file of CSV (RFC 4180), newest first.
func (r *request) jobsFile() {
	var text strings.Builder
	file := csv.NewWriter(&text)
	file.UseCRLF = true
	_ = file.Write(jobColumns) // a builder takes everything
	for _, job := range r.machine.Jobs() {
		_ = file.Write(jobCells(job))
	}
	file.Flush()
	r.w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	r.w.Header().Set("Content-Disposition", `attachment; filename="OUTPUT.CSV"`)
	_, _ = r.w.Write([]byte(text.String())) // a browser that has gone away needs no answer
}

// jobCells are the cells of a job; what belongs to faxes and to storage is empty for mails and copies.
func jobCells(job device.Job) []string {
	stamp := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format("2006-01-02 15:04:05")
	}
	result, pages := job.Result, ""
	if job.Code != "" {
		result += " " + job.Code
	}
	if job.Pages > 0 {
		pages = fmt.Sprintf("%d/%d", job.Sent, job.Pages)
	}
	return []string{
		strconv.Itoa(job.Receipt), stamp(job.Time), stamp(job.Ended), job.Type, result, pages, harmless(job.From),
		harmless(job.To), "", harmless(job.File), "", "", "",
	}
}

// harmless keeps a spreadsheet from taking what somebody has typed for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
