# The commands of the project. `make run` and `make test` are all that a newcomer needs.
#
# Settings: SEED, FUZZTIME (per fuzz target), TARGETS (of fuzz), N (runs of soak), PARTS (in how many parts soak plays the scenarios, one a run), HOSTILE (time for its hostile clients), COUNT (runs of bench), BENCH (benchmarks to run, a regular expression),
# BENCHTIME (for each), BASE (the commit to compare with), ROUNDS (of that comparison), REFRESHES, SIGNED, MAILS (of memory), ARGS (of go test, for browser).

SEED     ?= 7
FUZZTIME ?= 20s
N        ?= 20
HOSTILE  ?= 10m
PARTS    ?= 10
COUNT    ?= 1
BENCH    ?= .
BENCHTIME ?= 1s
BASE     ?=
ROUNDS   ?= 6
REFRESHES ?= 1000000
SIGNED   ?= 100000
MAILS    ?= 100000
ARGS     ?=
BUILD    := .build
TOOL     := go tool -modfile=tools/go.mod
LINTER   := go tool -modfile=tools/lint/go.mod golangci-lint

.PHONY: run languages test faults defects recorded interop browser screenshots lint bench bench-compare memory fuzz soak race determinism device dist emptyroot clean

# Every scenario against the simulated printer, and a table of verdicts.
run:
	go run ./cmd/mfpsim run --seed $(SEED)

# The same with a panel in Hindi and in Greek.
languages:
	go run ./cmd/mfpsim run --seed $(SEED) --lang hi
	go run ./cmd/mfpsim run --seed $(SEED) --lang el

# What the tests need beside Go is installed when it is missing.
test:
	tools/need curl openssl python3 ip unshare setpriv libfaketime node msmtp
	$(TOOL) gotestsum --no-color --format pkgname-and-test-fails -- -timeout 10m ./...

# Every fault at every point of a day of the printer (a sign-in, a refresh, a connection test, a mail), of a user's first To My Email
# and the next one, and of a fax server's sign-in and a fax; and a power cut in every write to
# memory of every scenario. make test tries a part of them.
faults:
	go test ./scenarios -run TestWhateverAPartyDoes -timeout 60m -v -faults 1 -faults-seed $(SEED) | grep -v '^=== '
	go test ./scenarios -run TestAPowerCutInAnyWrite -timeout 60m -v -cuts 1 -faults-seed $(SEED) | grep -v '^=== '

# Every planted defect, and the scenarios that are meant to turn red; writes docs/defects.md. CHANGED=main plants those whose area has changed
# since, and a twentieth of the others.
defects:
	go run ./defects/plant --seed $(SEED) $(if $(CHANGED),--changed $(CHANGED))
	@for set in $$(cd defects/sets && ls *.yaml | grep -v verdicts); do go run ./defects/plant --together $${set%.yaml} || exit 1; done

# The recordings of cases that a test makes, each with the planted defects that its case is meant to catch: all must turn red.
recorded:
	rm -rf $(BUILD)/recorded && mkdir -p $(BUILD)/recorded/recorded
	MFPSIM_KEEP_RECORDINGS=$(CURDIR)/$(BUILD)/recorded/recorded go test ./cmd/mfpsim/serve -run TestRecordingsOfCasesPlayBackGreen -count=1
	go run ./defects/plant --recorded $(BUILD)/recorded

# Clients and servers that others wrote, unmodified, beside the fakes: curl, nodemailer, go-smtp, smtplib, msal-node, zitadel/oidc.
interop:
	tools/interop

# A person at Chromium: the guide's steps by hand, and every page held to axe-core's rules. ARGS: flags of go test.
browser:
	tools/browser $(ARGS)

# The pictures of docs/images, taken anew: eight states in each language of the guide.
screenshots:
	tools/browser -tags pictures -run TestPictures $(ARGS)

lint:
	@sources="$$(find . -name '*.go' -not -path './$(BUILD)/*')"; \
	  if [ -z "$$sources" ]; then echo "there is nothing to look at here"; exit 1; fi; \
	  files="$$($(TOOL) gofumpt -l $$sources)" || exit 1; \
	  if [ -n "$$files" ]; then echo "not formatted as gofumpt does:"; echo "$$files"; exit 1; fi
	@for script in .ci/run $$(find tools -maxdepth 1 -type f -perm -u+x); do \
	  [ -s "$$script" ] && bash -n "$$script" || { echo "$$script: empty, or not a script"; exit 1; }; done
	go mod tidy -diff
	go vet ./...
	$(TOOL) staticcheck ./...
	@dead="$$($(TOOL) deadcode -test ./...)" || exit 1; dead="$$(echo "$$dead" | grep -v '^defects/')"; \
	  if [ -n "$$dead" ]; then echo "neither the program nor a test reaches:"; echo "$$dead"; exit 1; fi
	$(LINTER) run
	tools/vulnerabilities

race:
	tools/need gcc
	CGO_ENABLED=1 go test -race -timeout 60m ./...

# What the product costs, beside a peer or the bare work in the same run.
bench:
	go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem -count $(COUNT) -timeout 60m ./...
	cd fakeentra/interop/rfc8628 && go test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -count $(COUNT) .

# The benchmarks of a commit and of now, in turn: make bench-compare BASE=commit.
bench-compare:
	tools/bench-compare '$(BASE)' '$(ROUNDS)' '$(BENCH)' '$(BENCHTIME)'

# What a bench of `serve --keep 1000` takes of memory over many refreshes and mails, at a tenth, the half and the whole: it must stay
# flat. A signed refresh costs several times as much as an opaque one, so there are fewer of them.
memory:
	go test ./cmd/mfpsim/serve -run '^$$' -bench Memory/refreshes/opaque -benchtime $(REFRESHES)x -timeout 4h -v
	go test ./cmd/mfpsim/serve -run '^$$' -bench Memory/refreshes/signed -benchtime $(SIGNED)x -timeout 4h -v
	go test ./cmd/mfpsim/serve -run '^$$' -bench Memory/mails -benchtime $(MAILS)x -timeout 4h -v

# Every fuzz target; one that fails stops none of the others. TARGETS=exposed: those that strangers reach first, as CI does.
fuzz:
	tools/fuzz $(FUZZTIME) $(TARGETS)

# The same seed N times, plain and with -race in turn, a part of the scenarios each time: the evidence must not differ by one byte. And hostile clients at all doors of a
# bench at once, for HOSTILE: its memory must stay flat.
soak:
	PARTS=$(PARTS) tools/soak $(N) $(SEED)
	go test ./cmd/mfpsim/serve -run '^$$' -bench HostileClients -benchtime $(HOSTILE) -timeout 2h -v

# The three runs of CI, and another seed; and the program built twice.
determinism:
	tools/need gcc git
	tools/twobuilds
	tools/determinism $(SEED)

# The whole suite on devices in another process, in every language and with latency: the bytes of the run in one process.
device:
	MFPSIM_WHOLE_SUITE=1 go test ./device/remote -count=1 -timeout 2h

# Static files for Linux, Windows and macOS, with checksums, in .build/dist; the Containerfile takes one of them.
dist:
	tools/dist

# The program where there is nothing else.
emptyroot:
	tools/emptyroot

clean:
	rm -rf $(BUILD)
