package import Source
package import Syntax

/// What a file declares outside of its contracts, its imports included.
struct Declarations {
  private(set) var functions: [String: FunctionDeclaration] = [:]
  private(set) var structures: [String: StructureDeclaration] = [:]
  private(set) var enumerations: [String: EnumerationDeclaration] = [:]
  /// The case names of enumerations, with those that have them.
  private(set) var enumerationsByCase: [String: [String]] = [:]

  mutating func add(_ file: File) {
    for function in file.functions { add(function) }
    for structure in file.structures { add(structure) }
    for enumeration in file.enumerations { add(enumeration) }
  }

  /// The name where a structure or enumeration is declared by it.
  func type(_ name: String) -> Identifier? { structures[name]?.name ?? enumerations[name]?.name }

  mutating func add(_ function: FunctionDeclaration) { functions[function.name.text] = function }

  mutating func add(_ structure: StructureDeclaration) { structures[structure.name.text] = structure }

  mutating func add(_ enumeration: EnumerationDeclaration) {
    enumerations[enumeration.name.text] = enumeration
    for item in enumeration.cases {
      let known = enumerationsByCase[item.name.text, default: []]
      if !known.contains(enumeration.name.text) { enumerationsByCase[item.name.text] = known + [enumeration.name.text] }
    }
  }
}

/// From the tree to the checked program. Nothing is thrown: what is wrong is reported, and a
/// contract or test with a mistake is left out. What the imported files declare outside of
/// contracts is known here; their contracts and tests are not.
package func check(_ file: File, importing imports: [File] = []) -> (CheckedProgram, Diagnostics) {
  var diagnostics = Diagnostics()
  var declarations = Declarations()
  var names: [Identifier] = []
  for file in imports + [file] {
    declarations.add(file)
    names += file.structures.map(\.name) + file.enumerations.map(\.name) + file.functions.map(\.name)
  }
  diagnostics.reportDuplicates(in: names + file.contracts.map(\.name))
  var contracts: [CheckedContract] = []
  var expressionCount = 0
  func check(_ checker: ContractChecker, _ body: (inout ContractChecker) -> Void) {
    var checker = checker
    body(&checker)
    expressionCount += checker.expressionCount
    diagnostics.append(contentsOf: checker.diagnostics)
  }
  for contract in file.contracts {
    check(ContractChecker(contract, declarations)) { if let checked = $0.check() { contracts.append(checked) } }
  }
  // What no contract uses is looked at for itself.
  check(ContractChecker(nil, declarations)) { $0.check(imports + [file]) }
  var tests: [CheckedTest] = []
  // A test of a contract that was left out would only echo what is wrong with the contract.
  if diagnostics.isEmpty {
    diagnostics.reportDuplicates(in: file.tests.map { Identifier(text: $0.name, span: $0.nameSpan) })
    for test in file.tests {
      var checker = TestChecker(contracts: contracts)
      if let checked = checker.check(test) { tests.append(checked) }
      diagnostics.append(contentsOf: checker.diagnostics)
    }
  }
  return (CheckedProgram(contracts: contracts, tests: tests, expressionCount: expressionCount), diagnostics)
}
