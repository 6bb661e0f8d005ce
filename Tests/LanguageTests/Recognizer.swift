/// Tells whether a grammar derives a row of tokens (J. Earley, "An efficient context-free parsing
/// algorithm", 1970). It reads the parser rules of an ANTLR grammar as they stand, so that the
/// grammar itself is what the parser is held against.
struct Recognizer {
  private enum Part {
    case token(String)
    case rule(Int)
  }

  private struct Item: Hashable {
    let rule: Int
    let alternative: Int
    var dot: Int
    let origin: Int
  }

  private var names: [String: Int] = [:]
  private var rules: [[[Part]]] = []
  private var isNullable: [Bool] = []
  private var first: [Set<String>] = []
  private var pieces: [Substring]
  private var position = 0

  /// The first rule is the start.
  init(rules text: String) {
    pieces = text.matches(of: #/'[^']*'|\w+|[:;|()*+?]/#).map { $0.0 }
    while position < pieces.count {
      let rule = named(String(pieces[position]))
      position += 2
      rules[rule] = alternatives()
      position += 1
    }
    isNullable = Array(repeating: false, count: rules.count)
    first = Array(repeating: [], count: rules.count)
    while spread() {}
  }

  private mutating func named(_ name: String) -> Int {
    if let rule = names[name] { return rule }
    names[name] = rules.count
    rules.append([])
    return rules.count - 1
  }

  /// Up to `)` or `;`. A group and what is repeated become rules of their own.
  private mutating func alternatives() -> [[Part]] {
    var all: [[Part]] = [[]]
    while position < pieces.count, pieces[position] != ")", pieces[position] != ";" {
      let piece = String(pieces[position])
      position += 1
      if piece == "|" {
        all.append([])
        continue
      }
      var part: Part
      if piece == "(" {
        part = .rule(rules.count)
        rules.append([])
        let rule = rules.count - 1
        rules[rule] = alternatives()
        position += 1
      } else {
        // Upper-case names are tokens.
        part = piece.first == "'" || piece.first?.isUppercase == true ? .token(piece) : .rule(named(piece))
      }
      if position < pieces.count,
        let repetition: [[Part]] = ["*": [[]], "+": [[part]], "?": [[], [part]]][pieces[position]]
      {
        let rule = rules.count
        rules.append(pieces[position] == "?" ? repetition : repetition + [[.rule(rule), part]])
        part = .rule(rule)
        position += 1
      }
      all[all.count - 1].append(part)
    }
    return all
  }

  /// Carries what a rule may begin with one step on; false when nothing was new.
  private mutating func spread() -> Bool {
    var isNew = false
    for (rule, alternatives) in rules.enumerated() {
      for alternative in alternatives {
        let count = first[rule].count
        var isEmpty = true
        for part in alternative where isEmpty {
          switch part {
          case .token(let token):
            first[rule].insert(token)
            isEmpty = false
          case .rule(let inner):
            first[rule].formUnion(first[inner])
            isEmpty = isNullable[inner]
          }
        }
        isNew = isNew || first[rule].count > count || isEmpty && !isNullable[rule]
        isNullable[rule] = isNullable[rule] || isEmpty
      }
    }
    return isNew
  }

  private func mayBegin(_ alternative: [Part], with token: String) -> Bool {
    for part in alternative {
      switch part {
      case .token(let own): return own == token
      case .rule(let rule):
        if first[rule].contains(token) { return true }
        if !isNullable[rule] { return false }
      }
    }
    return false
  }

  func accepts(_ tokens: [String]) -> Bool {
    var waiting: [[Int: [Item]]] = []
    var items: [Item] = rules[0].indices.map { Item(rule: 0, alternative: $0, dot: 0, origin: 0) }
    for place in 0...tokens.count {
      let token = place < tokens.count ? tokens[place] : ""
      var known = Set(items)
      var next: [Item] = []
      var predicted: Set<Int> = []
      waiting.append([:])
      func advanced(_ item: Item) -> Item {
        Item(rule: item.rule, alternative: item.alternative, dot: item.dot + 1, origin: item.origin)
      }
      var index = 0
      while index < items.count {
        let item = items[index]
        index += 1
        var found: [Item] = []
        let alternative = rules[item.rule][item.alternative]
        if item.dot == alternative.count {
          found = waiting[item.origin][item.rule, default: []].map(advanced)
        } else {
          switch alternative[item.dot] {
          case .token(let own): if own == token { next.append(advanced(item)) }
          case .rule(let rule):
            waiting[place][rule, default: []].append(item)
            if isNullable[rule] { found.append(advanced(item)) }
            if predicted.insert(rule).inserted {
              for (number, inner) in rules[rule].enumerated() where mayBegin(inner, with: token) {
                found.append(Item(rule: rule, alternative: number, dot: 0, origin: place))
              }
            }
          }
        }
        for item in found where known.insert(item).inserted { items.append(item) }
      }
      if place == tokens.count { return items.contains { $0.rule == 0 && $0.dot == rules[0][$0.alternative].count } }
      if next.isEmpty { return false }
      items = next
    }
    return false
  }
}
