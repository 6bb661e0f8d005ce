/// What `earnest explain` prints of a code. The examples are compiled by the tests: the wrong one
/// reports the code, the right one reports nothing.
package struct Explanation: Sendable {
  /// A piece of source and where it stands. The frame around it is `Example.file`.
  package enum Example: Sendable {
    case file(String)
    case member(String)
    case transition(String)
    case statement(String)

    /// What is shown to the reader.
    package var text: String {
      switch self {
      case .file(let text), .member(let text), .transition(let text), .statement(let text): text
      }
    }

    /// The example as a whole source file.
    package var file: String {
      switch self {
      case .file(let text): text
      case .member(let text): Example.frame(members: text, transitions: "")
      case .transition(let text): Example.frame(members: "", transitions: text)
      case .statement(let text):
        Example.frame(members: "", transitions: "on act(amount: Amount<C>, count: Int<0..9>) by buyer {\n\(text)\n}")
      }
    }

    private static func frame(members: String, transitions: String) -> String {
      // An event that is never emitted is a mistake of its own.
      let usesEvent = transitions.contains("emit Noted")
      return """
        contract Example<C: Currency> {
          party buyer, seller
          term price: Amount<C>
          vault escrow: Money<C>
          \(usesEvent ? "event Noted(amount: Amount<C>, count: Int<0..9>)" : "")
          \(members)
          initial state Offered {
            on pay() by buyer receiving price into escrow -> Paid
            after 3 days -> Closed
          }
          state Paid {
            \(transitions)
            after 7 days { pay escrow to seller } -> Closed
          }
          final state Closed
        }
        """
    }
  }

  /// One sentence: the rule.
  package let rule: String
  /// Why the rule is there, and what to do.
  package let reason: String
  package let wrong: Example?
  package let right: Example?

  fileprivate init(_ rule: String, _ reason: String, wrong: Example? = nil, right: Example? = nil) {
    self.rule = rule
    self.reason = reason
    self.wrong = wrong
    self.right = right
  }
}

extension DiagnosticCode {
  package var explanation: Explanation {
    switch self {
    case .sourceTooLong:
      Explanation(
        "A source file has at most 1 MiB.",
        "A contract is read by the people who sign it; a megabyte is a hundred times the longest one we know. Data does not belong in the source."
      )
    case .invalidUTF8:
      Explanation(
        "A source file is UTF-8.",
        "The module carries the hash of its source, so a byte means the same everywhere or the file is refused. Nothing is repaired silently. Save the file as UTF-8 without byte order mark."
      )
    case .bidirectionalControl:
      Explanation(
        "No character of a source file changes the direction of the text.",
        "Bidirectional controls make a line look different from what the compiler reads: a reviewer could sign something else than what is run. They are refused everywhere, in comments and strings too. Delete the character that is named.",
        wrong: .file("// the seller\u{202E} is paid"))
    case .controlCharacter:
      Explanation(
        "Besides tab and line breaks, a source file holds no control characters.",
        "They are invisible and mean nothing here. Delete the character that is named.",
        wrong: .file("contract\u{0} A {}"))
    case .unexpectedCharacter:
      Explanation(
        "Outside strings and comments every character belongs to a token.",
        "Names are made of ASCII letters, digits, `_` and Han characters, so that no two names look alike and are different.",
        wrong: .member("term préavis: Duration"),
        right: .transition("on 取消(原因: Text<20>) by seller { pay escrow to buyer } -> Closed"))
    case .unterminatedString:
      Explanation(
        "A string ends on the line where it begins.", "Close it with `\"`.", wrong: .file("test \"never closed {\n}"))
    case .malformedNumber:
      Explanation(
        "A number is digits, with `_` between them if you like, and a name does not follow at once.",
        "`3days` could be a name or a number; write `3 days`. A decimal has digits on both sides of its point.",
        wrong: .transition("after 3days { pay escrow to seller } -> Closed"),
        right: .transition("after 3 days { pay escrow to seller } -> Closed"))
    case .unexpectedToken:
      Explanation(
        "The text follows the grammar.",
        "`grammar/Earnest.g4` is the whole grammar on two pages; the message says what could have stood here.",
        wrong: .transition("after 3 days pay escrow to seller -> Closed"),
        right: .transition("after 3 days { pay escrow to seller } -> Closed"))
    case .unclosedDelimiter:
      Explanation(
        "Every `{`, `(` and `[` is closed.", "The message shows the one that is still open.",
        wrong: .file("contract A {\n  party buyer"))
    case .nestedTooDeep:
      Explanation(
        "Expressions and blocks nest at most 200 deep, and so does a chain of operators.",
        "The limit is one number, the same on every machine, so that what compiles here compiles there. Name a part with `let`."
      )
    case .reservedWord:
      Explanation(
        "A reserved word is not a name.",
        "It is one only where no keyword can stand: after `on`, after `refused`, after `.`, and before `:` in an argument.",
        wrong: .member("term state: Duration"), right: .statement("emit Noted(amount, count: count)"))
    case .wrongCase:
      Explanation(
        "Types, states, events and currencies begin with an upper-case letter, everything else does not.",
        "So `100.00 CNY` is a literal, and a reader tells a state from a party at a glance. Han counts as lower case: write `S取消` for a state.",
        wrong: .transition("on cancel() by seller { pay escrow to buyer } -> closed"),
        right: .transition("on cancel() by seller { pay escrow to buyer } -> Closed"))
    case .unclosedHole:
      Explanation(
        "A `{` in a string opens a hole, and its `}` stands in the same string.",
        "The hole holds an expression, whose value is shown there. A brace that is meant as one is written twice: `{{`.",
        wrong: .transition("on note(memo: Text<20>) by buyer where memo == \"a {b\" {}"),
        right: .transition("on note(memo: Text<20>) by buyer where memo == \"a {{b\" {}"))
    case .strayBrace:
      Explanation(
        "A `}` in a string closes a hole.", "A brace that is meant as one is written twice: `}}`.",
        wrong: .transition("on note(memo: Text<20>) by buyer where memo == \"a} b\" {}"),
        right: .transition("on note(memo: Text<20>) by buyer where memo == \"a}} b\" {}"))
    case .emptyHole:
      Explanation(
        "A hole in a string holds an expression.",
        "Between `{` and `}` stands what is to be shown. The two braces themselves are written `{{}}`.",
        wrong: .transition("on note(memo: Text<20>) by buyer where memo == \"a{}\" {}"),
        right: .transition("on note(memo: Text<20>) by buyer where memo == \"a{{}}\" {}"))
    case .duplicateName:
      Explanation(
        "A name means one thing from its declaration to the end of its block.",
        "There is no overloading and no shadowing: whoever reads the middle of a contract need not know what surrounds it.",
        wrong: .member("field price: Bool = false"),
        right: .transition("on note(first: Amount<C>) by buyer { emit Noted(first, 1) }"))
    case .unknownName:
      Explanation(
        "Every name is declared.", "Where a known name is spelled almost like it, the message proposes that one.",
        wrong: .transition("on cancel() by sellr { pay escrow to buyer } -> Closed"),
        right: .transition("on cancel() by seller { pay escrow to buyer } -> Closed"))
    case .wrongArguments:
      Explanation(
        "Every parameter gets one argument, in order or by name.",
        "Opening a contract names every party and every term that has no default; actions and events take theirs in order, and a name before `:` must be the parameter's.",
        wrong: .statement("emit Noted(amount)"), right: .statement("emit Noted(amount, count: 1)"))
    case .unused:
      Explanation(
        "A party acts or is paid; a term, a vault, a field, an event and a `let` are used.",
        "What a contract declares and never uses is a misunderstanding between its author and its signers.",
        wrong: .member("party witness"), right: .transition("on cancel() by seller { pay escrow to buyer } -> Closed"))
    case .recursion:
      Explanation(
        "A function does not call itself, nor does what it calls.",
        "Every transition has a worst case that is paid ahead. What runs over many values is a `for` over a bounded collection.",
        wrong: .file("function halved(n: Int<0..100>): Int<0..100> = halved(n)"),
        right: .file("function halved(n: Int<0..100>): Int<0..100> = n / 2 rounded down"))
    case .noBuiltIn:
      Explanation(
        "The built-in contracts for goods, identity and payments are not there yet.",
        "So far facts come into an agreement by an action of the party that vouches for them.",
        wrong: .member("term parcel: Item"),
        right: .transition("on delivered() by seller { pay escrow to seller } -> Closed"))
    case .noSuchFile:
      Explanation(
        "An import names a file in the importing file's folder or below.",
        "The path has `/` between its parts, no `..`, and ends in `.ern`. So whoever has the folder has everything that was compiled.",
        wrong: .file("import \"../fees.ern\"\ncontract A {\n  party buyer\n}"))
    case .importCycle:
      Explanation(
        "A file does not import itself, nor does what it imports.",
        "A file that comes in by two ways comes in once. Two that need each other's functions have a third one below them."
      )
    case .typeMismatch:
      Explanation(
        "A value has the type that its place asks for.", "Nothing is converted silently.",
        wrong: .transition("after price { pay escrow to buyer } -> Closed"),
        right: .transition("after 3 days { pay escrow to buyer } -> Closed"))
    case .currencyMismatch:
      Explanation(
        "Amounts of different currencies do not mix.",
        "Nothing turns one currency into another by itself. `0` is an amount of any currency.",
        wrong: .transition("on top() by buyer receiving 1.00 EUR into escrow {}"),
        right: .transition("on top() by buyer receiving price into escrow {}"))
    case .inexactWithoutRounding:
      Explanation(
        "Every operation that is not exact names its rounding.",
        "`rounded down`, `rounded up` or `rounded half even` stands after the product; so whoever gains the fraction of a cent is written in the contract.",
        wrong: .statement("emit Noted(amount * 3%, count)"),
        right: .statement("emit Noted(amount * 3% rounded down, count)"))
    case .valueOutOfRange:
      Explanation(
        "A literal fits its type.",
        "`100.001 CNY` has more decimals than the currency, a duration ends at 100 years, a percent parameter lies between 0 % and 100 %.",
        wrong: .statement("emit Noted(amount, 10)"), right: .statement("emit Noted(amount, 9)"))
    case .noSuchOperation:
      Explanation(
        "An operator is defined for the types it stands between.",
        "Amounts add to amounts of their currency and are scaled by a percent or an integer; durations add to durations and are scaled by an integer; a time is a time and a duration; truth values, texts, parties and what is made of others are only equal or not.",
        wrong: .statement("require amount * price > 0"), right: .statement("require amount + price > 0"))
    case .tooWide:
      Explanation(
        "Within one expression an integer has at most 4,096 bits.",
        "Inside an expression integers are as wide as they need, and every width is known when compiling, so that gas is. Store a part in a field or give it a range.",
        wrong: .transition(
          "on act(x: Int) by buyer where x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x*x > 0 {}"),
        right: .transition("on act(x: Int) by buyer where x*x > 0 {}"))
    case .moneyIsNotAValue:
      Explanation(
        "Money is never a value: only a vault has the type `Money<C>`.",
        "Money is always somewhere, in an account or in a vault, and only `receiving`, `pay` and `split` move it. So no mistake can copy it or drop it. A number of units is an `Amount<C>`.",
        wrong: .member("term deposit: Money<C>"), right: .statement("require amount <= escrow"))
    case .typeNotAllowedHere:
      Explanation(
        "A type is used where its values can stand.",
        "A counter is a field of its own; sets and maps look up what has an order; a vault is kept per party, per case, or per small number; no type contains itself.",
        wrong: .member("term tries: Counter<3>"),
        right: .transition("on note(memo: Text<20>) by buyer where memo == \"ok\" {}"))
    case .notConstant:
      Explanation(
        "A term's default is written in the contract; a field that is no counter, optional or collection says what it begins with.",
        "Terms are chosen when an agreement is opened: until then no other is known. What follows from them is a `let`, or the first value of a field.",
        wrong: .member("term fee: Amount<C> = price"),
        right: .transition("on cancel() by seller { pay escrow to buyer } -> Closed"))
    case .unhandledCase:
      Explanation(
        "A `match` has a `case` for every case of its value.",
        "An optional has the cases `None` and `Some(value)`. A case whose values are not needed names none.",
        wrong: .file(
          "enum Way { Sea, Air }\nfunction span(way: Way): Int<0..60> = match way { case Sea { 40 } }"),
        right: .file(
          "enum Way { Sea, Air }\nfunction span(way: Way): Int<0..60> = match way { case Sea { 40 } case Air { 4 } }"))
    case .initialState:
      Explanation(
        "Exactly one state is `initial`.", "An agreement begins in it when it is opened.",
        wrong: .file(
          "contract A {\n  party buyer\n  state Open { on close() by buyer -> Closed after 1 day -> Closed }\n  final state Closed\n}"
        ),
        right: .file(
          "contract A {\n  party buyer\n  initial state Open { on close() by buyer -> Closed after 1 day -> Closed }\n  final state Closed\n}"
        ))
    case .unreachableState:
      Explanation(
        "Every state can be reached from the initial one.", "A state nobody reaches is a promise nobody can call in.",
        wrong: .file(
          """
          contract A {
            party buyer
            initial state Open { on close() by buyer -> Closed after 1 day -> Closed }
            state Disputed { after 1 day -> Closed }
            final state Closed
          }
          """),
        right: .file(
          """
          contract A {
            party buyer
            initial state Open { on dispute() by buyer -> Disputed after 1 day -> Closed }
            state Disputed { after 1 day -> Closed }
            final state Closed
          }
          """))
    case .stateWithoutDeadline:
      Explanation(
        "Every state that is not final has a deadline.",
        "Otherwise one silent party can hold everybody's money for ever. Say with `after` or `at` what happens then; the ledger does it by itself, on the day. A `when` is not enough: it may never hold.",
        wrong: .file(
          """
          contract A {
            party buyer
            initial state Open { on close() by buyer -> Closed }
            final state Closed
          }
          """),
        right: .file(
          """
          contract A {
            party buyer
            initial state Open { on close() by buyer -> Closed after 30 days -> Closed }
            final state Closed
          }
          """))
    case .automaticStays:
      Explanation(
        "A deadline leads to another state, on every way through its body.",
        "A deadline that stays would be due again at once.",
        wrong: .transition("after 3 days { pay escrow to seller }"),
        right: .transition("after 3 days { pay escrow to seller } -> Closed"))
    case .unreachableStatement:
      Explanation(
        "Nothing follows a `->`: it ends the transition.", "Put the statement before it.",
        wrong: .transition("on cancel() by seller { -> Closed pay escrow to buyer }"),
        right: .transition("on cancel() by seller { pay escrow to buyer -> Closed }"))
    case .automaticCanFail:
      Explanation(
        "A deadline cannot fail.",
        "Nobody is there to try again. `else` says what holds instead; in a split, `up to` caps a share by what is left; or what can fail stands in an action, while somebody is there.",
        wrong: .transition("after 3 days { split escrow { price -> seller; rest -> buyer } } -> Closed"),
        right: .transition("after 3 days { split escrow { up to price -> seller; rest -> buyer } } -> Closed"))
    case .endlessCircle:
      Explanation(
        "No circle of transitions can be gone round for ever.",
        "Everything ends. A circle ends if every round raises a counter, or if a date ends it: an `at` of a term in a state that is left by actions. Deadlines and conditions that lead round in a circle always count: `raise rounds else { … -> Closed }`.",
        wrong: .file(
          "contract A {\n  party buyer\n  initial state Day { on close() by buyer -> Closed after 1 day -> Night }\n  state Night { after 1 day -> Day }\n  final state Closed\n}"
        ),
        right: .file(
          "contract A {\n  party buyer\n  initial state Day { on close() by buyer -> Closed after 1 day -> Night }\n  state Night { after 1 day -> Closed }\n  final state Closed\n}"
        ))
    case .splitWithoutRest:
      Explanation(
        "A split ends in `rest` or `evenly`.",
        "So it always pays out exactly what the vault holds, and it is written who gets the last unit.",
        wrong: .transition("on halve() by seller { split escrow { 50% -> buyer; 50% -> seller } } -> Closed"),
        right: .transition("on halve() by seller { split escrow { 50% -> buyer; rest -> seller } } -> Closed"))
    case .finalStateMayHoldMoney:
      Explanation(
        "No way into a final state leaves money in a vault.",
        "In a final state nothing can happen any more: what lies in a vault then is lost. Pay or split every vault before the `->`.",
        wrong: .transition("on cancel() by seller -> Closed"),
        right: .transition("on cancel() by seller { pay escrow to buyer } -> Closed"))
    case .depositorUnclear:
      Explanation(
        "A deposit comes from one party, which has agreed.",
        "With several approvers it would be unclear who pays: `receiving price from buyer into escrow` says who. Nobody pays who does not take the action.",
        wrong: .transition("on top() by buyer and seller receiving price into escrow {}"),
        right: .transition("on top() by buyer receiving price into escrow {}"))
    case .limitExceeded:
      Explanation(
        "Sizes have limits, the same on every machine.",
        "What a ledger runs for others is bounded: members, parameters, instructions, gas of one transition. The message names the limit and by how much it is exceeded."
      )
    case .testFailed:
      Explanation(
        "What a test expects happens.",
        "The message says what happened instead, and `earnest test --trace` tells the whole story up to there. Either the contract or the expectation is wrong."
      )
    case .testStep:
      Explanation(
        "A test opens agreements, lets parties act and time pass, and says what it expects.",
        "Before an action stands the wallet that acts, after `on` the agreement. A wallet and an agreement are named by `let`; an undeclared name before `.` is a wallet with 1,000,000 of each currency used.",
        wrong: .file(
          "contract A {\n  party buyer\n  initial state Open { on close() by buyer -> Closed after 1 day -> Closed }\n  final state Closed\n}\ntest \"no agreement\" { alice.close() }"
        ),
        right: .file(
          "contract A {\n  party buyer\n  initial state Open { on close() by buyer -> Closed after 1 day -> Closed }\n  final state Closed\n}\ntest \"closes\" { let deal = open A(buyer: alice)\n alice.close() on deal\n expect deal is Closed }"
        ))
    case .deadlineBeforeStep:
      Explanation(
        "A deadline does not come before the step that it waits for.",
        "The terms are chosen at the opening: unless a `where` keeps two dates in order, somebody may choose them the other way round, and whoever was to act finds the time over before it began.",
        wrong: .file(Explanation.dated(closes: "term closes: Time")),
        right: .file(Explanation.dated(closes: "term closes: Time where closes >= opens")))
    case .neverTaken:
      Explanation(
        "Every action can be taken at some time.",
        "One whose `where` never holds, or whose state is over whenever it could be taken, promises something that nobody can call in.",
        wrong: .transition("on cancel() by buyer where 3 days < 2 days { pay escrow to buyer } -> Closed"),
        right: .transition("on cancel() by buyer where now < opened + 2 days { pay escrow to buyer } -> Closed"))
    case .gainsBySilence:
      Explanation(
        "Nobody gains by staying silent.",
        "Whoever gets nothing by taking an action, and is paid for letting the deadline pass, will let it pass. Let the deadline pay whom the action pays: `on accept() by buyer, after 7 days { … }` says it once.",
        wrong: .file(
          Explanation.inspected(
            "on accept() by buyer { pay escrow to seller } -> Closed\n    after 5 days { pay escrow to buyer } -> Closed"
          )),
        right: .file(Explanation.inspected("on accept() by buyer, after 5 days { pay escrow to seller } -> Closed")))
    case .paidByOwnRuling:
      Explanation(
        "Who decides how others share is not paid for deciding.",
        "An arbiter whose fee comes with its ruling gains by every dispute, and nothing if the two agree. Pay the fee whichever way it ends, or when the agreement begins.",
        wrong: .file(
          Explanation.judged(
            "on rule(toBuyer: Percent) by judge { split escrow { 5% -> judge; rest -> { toBuyer -> buyer; rest -> seller } } } -> Closed"
          )),
        right: .file(
          Explanation.judged(
            "on rule(toBuyer: Percent) by judge { split escrow { toBuyer -> buyer; rest -> seller } } -> Closed")))
    case .heldBack:
      Explanation(
        "Nobody can hold back the money of another for as long as it likes.",
        "An action that stays and moves its state's deadline on puts the end off each time it is taken. Count how often: `raise extensions` in its body, with `field extensions: Counter<3>`.",
        wrong: .file(Explanation.extended("field until: Duration = 7 days", "until = 9 days")),
        right: .file(
          Explanation.extended(
            "field until: Duration = 7 days\n  field extensions: Counter<3>", "raise extensions until = 9 days")))
    }
  }
}

// Contracts of which the examples of warnings differ in one place.
extension Explanation {
  fileprivate static func dated(closes: String) -> String {
    """
    contract Sale {
      party buyer, seller
      term opens: Time
      \(closes)
      initial state Announced {
        at opens -> Open
      }
      state Open {
        on pay() by buyer receiving 90.00 CNY to seller -> Sold
        at closes -> Over
      }
      final state Sold, Over
    }
    """
  }

  fileprivate static func inspected(_ transitions: String) -> String {
    """
    contract Inspection {
      party buyer, seller
      term price: Amount<CNY>
      vault escrow: Money<CNY>
      initial state Offered {
        on pay() by buyer receiving price into escrow -> Inspecting
        after 3 days -> Closed
      }
      state Inspecting {
        \(transitions)
      }
      final state Closed
    }
    """
  }

  fileprivate static func judged(_ transition: String) -> String {
    """
    contract Judged {
      party buyer, seller, judge
      term price: Amount<CNY>
      vault escrow: Money<CNY>
      initial state Offered {
        on pay() by buyer receiving price into escrow -> Disputed
        after 3 days -> Closed
      }
      state Disputed {
        \(transition)
        after 30 days { split escrow { evenly -> buyer, seller } } -> Closed
      }
      final state Closed
    }
    """
  }

  fileprivate static func extended(_ fields: String, _ body: String) -> String {
    """
    contract Extended {
      party buyer, seller
      term price: Amount<CNY>
      vault escrow: Money<CNY>
      \(fields)
      initial state Offered {
        on pay() by buyer receiving price into escrow -> Paid
        after 3 days -> Closed
      }
      state Paid {
        on extend() by seller { \(body) }
        after until { pay escrow to buyer } -> Closed
      }
      final state Closed
    }
    """
  }
}
