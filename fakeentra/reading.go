package fakeentra

import (
	jose "github.com/go-jose/go-jose/v4"

	"mfpsim/fakeentra/internal/catalogue"
	"mfpsim/fakeentra/internal/hosts"
	"mfpsim/fakeentra/internal/signing"
	"mfpsim/fakeentra/internal/texts"
)

// CatalogueRow is one sentence of Entra ID: a row of the AADSTS catalogue.
type CatalogueRow = catalogue.Row

// Catalogue returns the AADSTS catalogue, in the order of its numbers as text; its methods look numbers and words up in it.
func Catalogue() catalogue.Table { return catalogue.All() }

// Languages returns the languages of the pages: English, Hindi and Greek, those of the guide.
func Languages() []string { return texts.Languages() }

// Words returns how the pages of a language write a label or a sentence that is given in any of their languages, in the first
// or in the second words of the guide; ok is false for what the tables do not know.
func Words(tag, words string) (found string, ok bool) { return texts.Words(tag, words) }

// English returns the English words of a line that a page of a language shows, with what is filled in kept; ok is false for
// a line that is none of its texts.
func English(tag, line string) (words string, ok bool) { return texts.English(tag, line) }

// Keys returns the public keys that tokens are signed with, as a resource server fetches them from /discovery/v2.0/keys.
func (s *Server) Keys() jose.JSONWebKeySet { return signing.Set() }

// Names returns the host names, with ports, under which Microsoft's side of a sign-in is reached; whoever owns the
// network routes them to the fake.
func Names() []string { return hosts.Names() }
