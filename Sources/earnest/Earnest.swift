import ArgumentParser

@main
struct Earnest: ParsableCommand {
  static func main() {
    Files.fillStandardDescriptors()
    main(nil)
  }

  static let configuration = CommandConfiguration(
    commandName: "earnest",
    abstract: "Earnest (契): a language for agreements that hold money.",
    discussion: """
      EXAMPLES
        earnest check contracts/purchase.ern      what is wrong, how to mend it
        earnest test contracts/purchase.ern       run its tests on both engines
        earnest test --trace purchase.ern         the same, told as a story
        earnest test --trace --lang zh …          中文
        earnest build contracts/purchase.ern      write Purchase.ernb, a module
        earnest inspect Purchase.ernb gas         what each transition may cost
        earnest explain E0403                     the rule behind a code

      EXIT CODES
        0 fine                 64 wrong usage       73 cannot write
        1 errors, or tests     65 not a module      74 cannot read
          that failed          66 no such file
        2 no test matches
      """,
    version: "0.1.0",
    subcommands: [InspectFile.self],
    groupedSubcommands: [
      CommandGroup(name: "Contracts", subcommands: [Check.self, Build.self, Test.self, Inspect.self, Explain.self]),
      CommandGroup(name: "Ledger", subcommands: [LedgerCommand.self, KeyCommand.self, Show.self, Replay.self, Audit.self]),
      CommandGroup(
        name: "On a ledger", subcommands: [Publish.self, Open.self, Consent.self, Act.self, Transfer.self, Advance.self]),
    ])
}
