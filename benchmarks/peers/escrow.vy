# pragma version ~=0.4.0
# The purchase of the life cycle: many agreements in one contract, each offered, paid, shipped and accepted in turn, each state with its deadline.

flag State:
    OFFERED
    PAID
    SHIPPED
    COMPLETED


struct Agreement:
    buyer: address
    seller: address
    price: uint256
    deadline: uint256
    state: State


agreements: HashMap[uint256, Agreement]


@external
def open(id: uint256, buyer: address, seller: address, price: uint256):
    assert self.agreements[id].seller == empty(address), "opened before"
    self.agreements[id] = Agreement(buyer=buyer, seller=seller, price=price, deadline=block.timestamp + 3 * 86400, state=State.OFFERED)


@external
@payable
def pay(id: uint256):
    agreement: Agreement = self.agreements[id]
    assert agreement.state == State.OFFERED and msg.sender == agreement.buyer
    assert msg.value == agreement.price and block.timestamp < agreement.deadline
    self.agreements[id].state = State.PAID
    self.agreements[id].deadline = block.timestamp + 7 * 86400


@external
def ship(id: uint256):
    agreement: Agreement = self.agreements[id]
    assert agreement.state == State.PAID and msg.sender == agreement.seller and block.timestamp < agreement.deadline
    self.agreements[id].state = State.SHIPPED
    self.agreements[id].deadline = block.timestamp + 30 * 86400


@external
def accept(id: uint256):
    agreement: Agreement = self.agreements[id]
    assert agreement.state == State.SHIPPED and msg.sender == agreement.buyer and block.timestamp < agreement.deadline
    self.agreements[id].state = State.COMPLETED
    send(agreement.seller, agreement.price)
