import Bytecode
import Support
import Testing

/// Frames and cases of a file; the cases themselves are read by `VerifierTests`, `MachineCorpusTests`
/// and `FlawTests`.
@Suite struct CaseFileTests {
  private static let frames = """
    ; What the file is about.
    ; frame day: a deadline
    after from S
    function
      register r0: Duration
      constant r0 k(86400000ms)
      return r0
    ; frame contract: states
    module M
    state S initial
    state T final
    use day
    function
      enter T
    ; frame action on contract: an action that enters T
    action go() from S by anyone
    function
      register r1: Int<0..9>
      settle
      ...
      enter T

    """

  @Test func aCaseStandsInItsFrames() throws {
    let file = try CaseFile(
      CaseFileTests.frames + """
        ; frame loops on action: a loop
          register r0: Counter<3>
          count r0 r1 k(3)
          loop r0 @done
          ...
          again r0 @round
          done: next
        ; case passes on loops: once more
        ; A comment.
        field f: Int<0..9> = 0
        constant 5
          register r2 r3: Wide<9>
          round: add.int r2 r1 r1
          narrow r1 r2 k(0..9)
        ; case type on action
          register r0: Text<9>
          constant.wide r0 k("k(1..2) @done")
          call f3 r1 r1
          answer @first..@first -> @first
          first:
          pay v @r3
        function takes 1 gives Wide<9>
          register r0: Int<0..9>
          first: jump @first
        """)
    #expect(file.cases.map(\.title) == ["passes: once more", "type"])
    #expect(file.cases[0].lines.first == "; A comment." && file.cases[0].lines.count == 6)
    let begin = "module M\nstate S initial\nstate T final\nafter from S\naction go() from S by anyone\n"
    let functions = """
      function
        register r0: Duration
        0: constant r0 k0
        1: return r0
      function
        0: enter T
      function

      """
    #expect(
      file.cases[0].module == begin + "field f: Int<0..9> = 0\nconstant 5\nconstant 86400000ms\nconstant 3\n"
        + "constant 0\nconstant 9\n" + functions.replacing("k0", with: "k1") + """
            register r0: Counter<3>
            register r1: Int<0..9>
            register r2: Wide<9>
            register r3: Wide<9>
            0: settle
            1: count r0 r1 k2
            2: loop r0 @6
            3: add.int r2 r1 r1
            4: narrow r1 r2 k3
            5: again r0 @3
            6: next
            7: enter T

          """)
    #expect(
      file.cases[1].module == begin + "constant 86400000ms\nconstant \"k(1..2) @done\"\n" + functions + """
          register r0: Text<9>
          register r1: Int<0..9>
          answer @3..@3 -> @3
          0: settle
          1: constant.wide r0 k1
          2: call f3 r1 r1
          3: pay v @r3
          4: enter T
        function takes 1 gives Wide<9>
          register r0: Int<0..9>
          0: jump @0

        """)
    #expect(try Assembler.module(file.cases[0].module).functions[2].code.count == 8)
  }

  @Test func aCaseWithoutAFrameIsAModule() throws {
    let file = try CaseFile("\n; case passes: why, on earth\nmodule M\nstate S initial\n")
    #expect(file.cases.map(\.title) == ["passes: why, on earth"])
    #expect(file.cases.map(\.module) == ["module M\nstate S initial\n"])
  }

  private static let faults: [(text: String, line: Int, message: String)] = [
    ("; case passes on lists", 1, "no frame lists stands before this"),
    ("; case passes on lists\n; frame lists", 1, "no frame lists stands before this"),
    ("; frame lists on lists", 1, "no frame lists stands before this"),
    ("; case passes\nmodule M\nuse day", 3, "no frame day stands before this"),
    ("; frame day\n; frame day: again", 2, "there are two frames day"),
    ("; frame day\n; frame night\n; case passes on night", 1, "nothing extends the frame day"),
    ("module M\n; case passes", 1, "a line belongs to a frame or a case"),
    ("; frame day\n...\n  ...", 1, "there is more than one place for lines"),
    ("; frame day\n...\n; case passes\nuse day", 4, "a frame with a place for lines is extended"),
    ("; case passes\n...", 2, "nothing extends a case"),
    ("; frame day\nmodule M\n; case passes on day\n  settle", 4, "this belongs to a function"),
    ("; case passes\nfunction\n  a: next\n  a: next", 4, "there are two labels a:"),
    ("; case passes\nfunction\n  register r0 x1: Bool", 3, "x1 is no register"),
    ("; case passes\nfunction\n  register r0: Ratio\n  register r1: Bool", 4, "r1 stands where r2 is"),
    (
      "; frame day\nfunction\n  register r0: Bool\n; case passes on day\n  register r0: Int", 5, "r0 stands where r1 is"
    ),
  ]

  @Test(arguments: faults)
  func whatIsWrongWithAFrameIsSaid(_ text: String, _ line: Int, _ message: String) {
    #expect(throws: CaseFile.Fault(line: line, message: message)) { try CaseFile(text) }
  }
}
