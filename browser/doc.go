// Package browser is a scripted web browser: it opens pages over any [http.RoundTripper], reads their HTML the way a
// person does, and fills in and submits their forms.
//
// It plays the person at the computer. Microsoft's pages and the printer's Web Config are used through it, so a page
// that has no label for a field, or no button to go on, fails a scenario as it would stop a person. It runs no script,
// loads no pictures and style sheets, and knows only the page that is open. It knows one effect of style sheets: an
// element with data-method="X" is shown while X is chosen in the form's list named method.
//
// Labels are compared whole, without regard to case; ’ equals ', and runs of white space are one blank. A label that is
// not on the page is a [*choice.Error] that lists what is there. Requests are sent in the turn that the context
// carries; the browser itself reads no clock.
package browser
