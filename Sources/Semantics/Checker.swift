package import Source
package import Syntax

/// From the tree to the checked program. Nothing is thrown: what is wrong is reported, and a contract or test with a mistake is left out.
package func check(_ file: File) -> (CheckedProgram, Diagnostics) {
  var diagnostics = Diagnostics()
  reportDuplicates(in: file.contracts.map(\.name), &diagnostics)
  var contracts: [CheckedContract] = []
  for contract in file.contracts {
    var checker = ContractChecker(contract)
    if let checked = checker.check() { contracts.append(checked) }
    diagnostics.append(contentsOf: checker.diagnostics)
  }
  var tests: [CheckedTest] = []
  // A test of a contract that was left out would only echo what is wrong with the contract.
  if diagnostics.isEmpty {
    reportDuplicates(in: file.tests.map { Identifier(text: $0.name, span: $0.nameSpan) }, &diagnostics)
    for test in file.tests {
      var checker = TestChecker(contracts: contracts)
      if let checked = checker.check(test) { tests.append(checked) }
      diagnostics.append(contentsOf: checker.diagnostics)
    }
  }
  return (CheckedProgram(contracts: contracts, tests: tests), diagnostics)
}
