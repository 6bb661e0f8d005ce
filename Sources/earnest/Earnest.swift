import ArgumentParser

@main
struct Earnest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "earnest",
    abstract: "Earnest (契): a language for agreements that hold money.",
    discussion: """
      EXAMPLES
        earnest check contracts/purchase.ern        what is wrong, and how to mend it
        earnest test contracts/purchase.ern         run its tests on both engines
        earnest test --trace contracts/purchase.ern the same, told as a story (--lang zh: 中文)
        earnest build contracts/purchase.ern        write Purchase.ernb, the module
        earnest inspect Purchase.ernb gas           what each transition costs at most
        earnest explain E0403                       the rule behind a code

      EXIT CODES
        0 fine · 1 no: errors found or tests failed · 2 no test matches · 64 wrong usage
        65 not a module · 66 no such file · 73 cannot write · 74 cannot read
      """,
    version: "0.1.0",
    subcommands: [Check.self, Build.self, Test.self, Inspect.self, Explain.self])
}
