"""The types of the bakery. pydantic writes their schemas and validates for real."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class AuthItem(BaseModel):
    """The body of `POST /token`, with the fields of openapi/chift.yaml."""

    clientId: str
    clientSecret: SecretStr
    accountId: UUID
    marketplaceId: UUID | None = None

    # The document does not state this rule, so a typed value can break it.
    @field_validator("clientId")
    @classmethod
    def is_not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("blank")
        return value


class Token(BaseModel):
    """The response to `POST /token`, with the fields of openapi/chift.yaml."""

    access_token: Annotated[str, Field(json_schema_extra={"format": "password"})]
    token_type: str
    expires_in: int
    expires_on: int


class Stage(str, Enum):
    open = "open"
    baking = "baking"
    ready = "ready"


class Shelf(Enum):
    """An enum of integers."""

    top = 1
    bottom = 2


class Address(BaseModel):
    street: str
    city: str
    floor: int | None = None


class Customer(BaseModel):
    id: UUID
    name: str
    born: date | None = None
    address: Address | None = None


class Line(BaseModel):
    """pydantic reads a Decimal from a number or a string, and writes a string."""

    product: str
    quantity: Annotated[int, Field(ge=1, le=1000)]
    price: Annotated[Decimal, Field(max_digits=12, decimal_places=2)]


class Cash(BaseModel):
    kind: Literal["cash"]
    amount: float


class Card(BaseModel):
    kind: Literal["card"]
    amount: float
    last_digits: Annotated[str, Field(pattern="^[0-9]{4}$")] | None = None


class Voucher(BaseModel):
    kind: Literal["voucher", "gift"]
    amount: float
    code: str = "none"


Payment = Annotated[Cash | Card | Voucher, Field(discriminator="kind")]


class NewOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[Line], Field(min_length=1)]
    customer: Customer | None = None
    pickup_at: datetime | None = None
    note: str | None = None
    labels: dict[str, str] = {}
    payment: Payment | None = None


class Order(BaseModel):
    id: int
    status: Stage
    lines: list[Line]
    total: Decimal
    created_at: datetime
    pickup_at: datetime | None
    customer: Customer | None = None
    note: str | None = None
    labels: dict[str, str] = {}
    payment: Payment | None = None
    shelf: Shelf = Shelf.top


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int
    page: int
    size: int


class OrderPatch(BaseModel):
    """An absent field stays; null clears it."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None
    pickup_at: datetime | None = None
    discount: Annotated[float, Field(ge=0, le=1)] | None = None
    customer: Customer | None = None


class Changes(BaseModel):
    """The fields that a PATCH sets, as `exclude_unset` returns them."""

    fields: dict[str, Any]


class Problem(BaseModel):
    code: str
    message: str


class Conflict(BaseModel):
    code: Literal["duplicate"]
    existing_order: int


class Receipt(BaseModel):
    read_as: str
    payment: Payment


class BreadPatch(BaseModel):
    kind: Literal["bread"]
    flour: str | None = None


class CakePatch(BaseModel):
    kind: Literal["cake"]
    topping: str | None = None
    layers: int | None = None


class BlackCoffee(BaseModel):
    drink: Literal["coffee"]
    milk: Literal["no"]
    cups: int


class WhiteCoffee(BaseModel):
    drink: Literal["coffee"]
    milk: Literal["yes"]
    cups: int
    foam: bool = False


class Tea(BaseModel):
    drink: Literal["tea"]
    cups: int


# A union in a union. FastAPI cannot write the document if the outer one has a discriminator, too.
Coffee = Annotated[BlackCoffee | WhiteCoffee, Field(discriminator="milk")]
Drink = Coffee | Tea


class Poured(BaseModel):
    read_as: str
    drink: Drink


class PlainSign(BaseModel):
    version: Literal[1]
    text: str


class FramedSign(BaseModel):
    version: Literal[2]
    text: str
    frame: str | None = None


class Painted(BaseModel):
    """A union whose alternatives differ in a constant, without a `discriminator`."""

    read_as: str
    sign: PlainSign | FramedSign


class Pieces(BaseModel):
    pieces: int


class Weight(BaseModel):
    grams: float
    exact: bool = False


class Quantity(BaseModel):
    """Unions that nothing but their content decides."""

    amount: Pieces | Weight
    hint: str | int | bool


class QuantityRead(BaseModel):
    read_as: str
    hint_read_as: str
    quantity: Quantity


class Measures(BaseModel):
    """Numbers at the edges of their formats."""

    count: int
    stock: int = 0
    ratio: float
    weights: list[float]
    amount: Decimal
    table: dict[str, float] = {}


class Hours(BaseModel):
    opens: time
    closes: time


class Week(BaseModel):
    """Dates, times and moments with and without offset."""

    valid_from: date
    published_at: datetime
    local_opening: datetime
    break_time: timedelta
    days: dict[str, Hours]


class Category(BaseModel):
    name: str
    children: list["Category"] = []


class Search(BaseModel):
    """What the server read from a query, its path and its headers."""

    ids: list[int]
    statuses: list[Stage]
    days: list[date]
    sort: Stage | None
    until: datetime | None
    ratio: float | None
    exact: bool
    label: str | None
    batch: int | None
    since: date | None
    stage: Stage | None


class StoredFile(BaseModel):
    name: str
    media_type: str
    size: int
    note: str | None


class Product(BaseModel):
    code: str
    kind: Literal["bread", "cake"]


class Queued(BaseModel):
    ticket: int


class Seen(BaseModel):
    """Whether a request carried an `Authorization` header."""

    authorization: bool


class Sent(BaseModel):
    """The body of a request, byte by byte."""

    text: str
