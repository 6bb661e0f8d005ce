# make demo   sets up and shows what Earnest does
# make test   sets up and runs every test
# make bench  sets up and measures the machine against its peers
# make additions  adds one of each kind of thing, counts the files of Sources that it touches, and takes it out again; HUNKS=1 leaves out parts
# make mutations  changes single lines of the checker and the machine at random, and tells which changes no test notices; SEED=2 changes others
# make fuzz   sets up and tries many random integers, modules, contracts and mutants; SEED=2 tries others

# The C libraries that Package.swift names, by their Debian packages.
PACKAGES := libgmp-dev libssl-dev libsodium-dev liblmdb-dev pkg-config binutils gcc
# A second build folder, so that debug and release builds do not push each other out.
RELEASE := .build-release
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: demo test bench fuzz additions mutations setup release

setup:
	@command -v swift > /dev/null || { echo "A Swift 6.3 toolchain is needed: https://www.swift.org/install/linux"; exit 1; }
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2> /dev/null | grep -q "install ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then echo "installing$$missing"; $(SUDO) apt-get update -q && $(SUDO) apt-get install -qy $$missing; fi

release: setup
	swift build -c release --scratch-path $(RELEASE)

demo: release
	@demo/story.sh

test: release
	swift test

bench: PACKAGES += python3
bench: release
	$(MAKE) -C benchmarks

# With HUNKS=1 each hunk is left out in turn, which must not compile or must fail a test.
additions: release
	python3 Tests/Additions/additions.py $(if $(HUNKS),--hunks)

SEED := 1
mutations: PACKAGES += python3
mutations: setup
	python3 Tests/Mutation/mutate.py --seed $(SEED)

# What stays until the process ends is no leak. With the address sanitizer the machine's memory has just the size that the gas allows, and a step beyond it is told.
fuzz: release
	$(RELEASE)/release/Fuzz integers 10000000 $(SEED)
	$(RELEASE)/release/Fuzz modules 10000000 $(SEED)
	$(RELEASE)/release/Fuzz contracts 100000 $(SEED)
	$(RELEASE)/release/Fuzz mutants source 10000 $(SEED) contracts Tests/Corpus/sound
	$(RELEASE)/release/Fuzz mutants modules 100000 100 $(SEED) contracts Tests/Corpus/sound
	ASAN_OPTIONS=detect_leaks=0 SWIFT_BACKTRACE=enable=no swift run -c release --scratch-path .build-address --sanitize=address Fuzz modules 200000 $(SEED)
