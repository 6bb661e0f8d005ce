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
        earnest ledger init                       a ledger to try things on
        earnest publish purchase.ern --as alice   put contracts on it
        earnest transfer alice bob "25.00 CNY"    pay somebody
        earnest show agreement 1                  where it stands, what comes
        earnest audit                             prove all of it again

      EXIT CODES
        0 fine                 64 wrong usage       74 cannot read, or the
        1 errors, refused,     65 damaged, or not      disk refuses
          or a test failed        what it should be 75 in use by another
        2 no test matches      66 no such file         process
                               73 cannot write      77 wrong passphrase
      """,
    version: "0.1.0",
    subcommands: [InspectFile.self],
    groupedSubcommands: [
      CommandGroup(name: "Contract", subcommands: [Check.self, Build.self, Test.self, Inspect.self, Explain.self]),
      CommandGroup(
        name: "Ledger", subcommands: [LedgerCommand.self, KeyCommand.self, Show.self, Replay.self, Audit.self]),
      CommandGroup(
        name: "Transaction",
        subcommands: [Publish.self, Open.self, Consent.self, Act.self, Transfer.self, Advance.self, Release.self]),
    ])
}
