// What is wrong with a module, by number and without words: what the verifier and the assurance
// say, as one list that a receipt can keep.

package import Primitives

/// Why a ledger does not take a module: the first thing that was found. A `ModuleFault` has one of
/// these kinds, a `Finding` leads to one, and `Wording` has a sentence for each.
package struct ModuleFlaw: Error, Hashable, Sendable {
  /// What a receipt keeps is one of these numbers. New ones are appended, and none is ever used for something else.
  package enum Kind: UInt8, CaseIterable, Sendable {
    // Of bytes, of an interface, of functions and splits: the verifier's.
    case size = 0
    case encoding = 1
    case tooMany = 2
    case name = 3
    case index = 4
    case type = 5
    case value = 6
    case states = 7
    case who = 8
    case key = 9
    case functionCount = 10
    case registers = 11
    case unusedOperand = 12
    case operand = 13
    case operandType = 14
    case width = 15
    case unassigned = 16
    case target = 17
    case loop = 18
    case blockGas = 19
    case call = 20
    case taking = 21
    case changing = 22
    case ending = 23
    case effect = 24
    case order = 25
    case notHere = 26
    case answer = 27
    case role = 28
    case share = 29
    // Of a well-formed module: the assurance's.
    case stateWithoutDeadline = 30
    case automaticCanFail = 31
    case endlessCircle = 32
    case finalStateMayHoldMoney = 33
    case gasAboveLimit = 34
    case aheadAboveLimit = 35

    /// Those that the verifier finds; the others are of modules in which it found nothing.
    package static let verifiers = allCases.filter {
      ![
        .stateWithoutDeadline, .automaticCanFail, .endlessCircle, .finalStateMayHoldMoney, .gasAboveLimit,
        .aheadAboveLimit,
      ].contains($0)
    }
  }

  /// Where it lies, by the module's own numbers.
  package enum Place: Hashable, Sendable {
    /// In the bytes, the interface or a table: nowhere in the code.
    case module
    case function(Int)
    case instruction(Int, function: Int)
    case state(StateID)
    /// States that lead to each other, each to the next and the last to the first.
    case circle([StateID])
    /// Where a transition's body enters a state, and the vault that may not be empty then.
    case entering(transition: TransitionID, instruction: Int, vault: VaultID)
  }

  package let kind: Kind
  package let place: Place
  /// Of what costs too much, how much; the largest number where that cannot be counted.
  package let gas: UInt64?

  package init(_ kind: Kind, at place: Place, gas: UInt64? = nil) {
    self.kind = kind
    self.place = place
    self.gas = gas
  }

  /// Whether a flaw of this kind has a place like this, and gas if it is about that.
  package var isPossible: Bool {
    switch (kind, place) {
    case (.stateWithoutDeadline, .state), (.automaticCanFail, .instruction), (.finalStateMayHoldMoney, .entering):
      gas == nil
    case (.endlessCircle, .circle(let states)): gas == nil && !states.isEmpty
    case (.gasAboveLimit, .function), (.aheadAboveLimit, .state): gas != nil
    case (.stateWithoutDeadline, _), (.automaticCanFail, _), (.finalStateMayHoldMoney, _), (.endlessCircle, _),
      (.gasAboveLimit, _), (.aheadAboveLimit, _):
      false
    case (_, .module), (_, .function), (_, .instruction): gas == nil
    case (_, .state), (_, .circle), (_, .entering): false
    }
  }
}

extension ModuleFlaw: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    writer.write(kind.rawValue)
    writer.write(place)
    writer.write(gas != nil)
    if let gas { writer.write(gas) }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    guard let kind = Kind(rawValue: try reader.read(UInt8.self)) else { throw .unknownCase }
    self.init(kind, at: try reader.read(Place.self), gas: try reader.readBool() ? try reader.read(UInt64.self) : nil)
    if !isPossible { throw .notCanonical }
  }
}

extension ModuleFlaw.Place: Canonical {
  package func encode(to writer: inout CanonicalWriter) {
    switch self {
    case .module: writer.write(UInt8(0))
    case .function(let function):
      writer.write(UInt8(1))
      writer.write(UInt16(function))
    case .instruction(let instruction, let function):
      writer.write(UInt8(2))
      writer.write(UInt16(function))
      writer.write(UInt16(instruction))
    case .state(let state):
      writer.write(UInt8(3))
      writer.write(state)
    case .circle(let states):
      writer.write(UInt8(4))
      writer.write(states)
    case .entering(let transition, let instruction, let vault):
      writer.write(UInt8(5))
      writer.write(transition)
      writer.write(UInt16(instruction))
      writer.write(UInt8(vault.index))
    }
  }

  package init(from reader: inout CanonicalReader) throws(CanonicalFault) {
    switch try reader.read(UInt8.self) {
    case 0: self = .module
    case 1: self = .function(Int(try reader.read(UInt16.self)))
    case 2:
      let function = Int(try reader.read(UInt16.self))
      self = .instruction(Int(try reader.read(UInt16.self)), function: function)
    case 3: self = .state(try reader.readID())
    case 4: self = .circle(try reader.readIDs())
    case 5:
      self = .entering(
        transition: try reader.readID(), instruction: Int(try reader.read(UInt16.self)),
        vault: VaultID(Int(try reader.read(UInt8.self))))
    default: throw .unknownCase
    }
  }
}
