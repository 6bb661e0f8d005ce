import Bytecode
import Compiler
import Primitives
import Source
import Support
import Testing

/// Files that name each other.
@Suite struct ImportTests {
  private func compile(_ files: [String: String]) -> Compilation {
    Compilation(SourceText(path: "main.ern", text: files["main.ern"] ?? "")) { files[$0].map { Array($0.utf8) } }
  }

  private static let contract = """
    contract A {
      party buyer
      initial state S { on go() by buyer -> T after 1 day * length() else 1 day -> T }
      final state T
    }
    """

  @Test func whatAnImportedFileDeclaresIsKnown() throws {
    let length = "function length(): Int<0..9> = 7"
    let compilation = compile(["main.ern": "import \"a/length.ern\"\n" + ImportTests.contract, "a/length.ern": length])
    #expect(compilation.diagnostics.isEmpty)
    let module = try #require(compilation.contracts.first).module.module
    #expect(module.importHashes == [Digest(sha256: Array(length.utf8))])
  }

  @Test func aFileThatComesInTwiceComesInOnce() {
    let compilation = compile([
      "main.ern": "import \"b.ern\" import \"c.ern\"\n" + ImportTests.contract,
      "b.ern": "import \"c.ern\"\nfunction length(): Int<0..9> = more()",
      "c.ern": "function more(): Int<0..9> = 7",
    ])
    #expect(compilation.diagnostics.isEmpty)
    #expect(compilation.contracts.first?.module.module.importHashes.count == 2)
  }

  @Test(arguments: [
    ("import \"main.ern\"", DiagnosticCode.importCycle), ("import \"a.ern\"", .importCycle),
    ("import \"none.ern\"", .noSuchFile),
    ("import \"../a.ern\"", .noSuchFile), ("import \"/etc/passwd\"", .noSuchFile), ("import \"./a.ern\"", .noSuchFile),
    ("import \"\"", .noSuchFile),
    ("import \"a\"", .noSuchFile), ("import \"x//a.ern\"", .noSuchFile), ("import \"x\\a.ern\"", .noSuchFile),
  ])
  func anImportLeadsDownAndNotRound(_ text: String, _ code: DiagnosticCode) {
    let compilation = compile([
      "main.ern": text, "a.ern": "import \"b.ern\"", "b.ern": "import \"a.ern\"", "x/a.ern": "",
    ])
    #expect(compilation.diagnostics.all.map(\.code) == [code])
  }

  /// A message points into the file that it is about.
  @Test func mistakesAreShownWhereTheyAre() throws {
    let compilation = compile([
      "main.ern": "import \"a/fees.ern\"\n",
      "a/fees.ern": "// Fees.\nfunction fee(price: Amount<CNY>): Amount<CNY> = price * 3%",
    ])
    let diagnostic = try #require(compilation.diagnostics.all.first)
    #expect(diagnostic.code == .inexactWithoutRounding)
    let drawn = DiagnosticRenderer(source: compilation.source, isColoured: false).render(diagnostic)
    #expect(drawn.contains("--> a/fees.ern:2:49"), "\(drawn)")
  }

  @Test func manyFilesAreTooMany() {
    func compilation(_ count: Int) -> Compilation {
      var files = ["main.ern": (0..<count).map { "import \"\($0).ern\"\n" }.joined()]
      for number in 0..<count { files["\(number).ern"] = "" }
      return compile(files)
    }
    #expect(compilation(64).diagnostics.isEmpty)
    #expect(compilation(65).diagnostics.all.map(\.code) == [.limitExceeded])
  }

  /// The files of the corpus, as the command reads them.
  @Test func theExampleCompiles() throws {
    let compilation = Compilation(
      SourceText(path: "main.ern", text: try Repository.text("Tests/Corpus/imports/main.ern"))
    ) {
      (try? Repository.text("Tests/Corpus/imports/" + $0)).map { Array($0.utf8) }
    }
    #expect(compilation.diagnostics.isEmpty, "\(compilation.diagnostics.all.map(\.message))")
  }
}
