"""A bakery: an application of FastAPI that checks the client which is generated from its own document.

    app.py document    prints the OpenAPI document
    app.py serve       serves on a free port of the loopback interface, and prints the base URL as its first line
"""

import json
import socket
import sys
import time
from collections import Counter
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import uvicorn
from fastapi import Body, Depends, FastAPI, File, Form, Header, HTTPException, Path, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import APIKeyHeader, HTTPBasic, HTTPBearer

from chift import chift
from models import (
    AuthItem, BreadPatch, CakePatch, Category, Changes, Conflict, Customer, Drink, FramedSign, Line, Measures, NewOrder,
    Order, OrderPatch, Page, Painted, Payment, PlainSign, Poured, Problem, Product, Quantity, QuantityRead, Queued,
    Receipt, Search, Seen, Sent, Shelf, Stage, StoredFile, Token, Week,
)

TOKEN = "bakery-token"

app = FastAPI(title="Bakery", version="1.0.0")

# Not a part of the document.
app.mount("/chift", chift)

# How often each operation responded with a success, by method and path.
calls: Counter[str] = Counter()


@app.middleware("http")
async def count(request: Request, call_next):
    response = await call_next(request)
    route = request.scope.get("route")
    if response.status_code < 300 and route is not None:
        calls[f"{request.method} {route.path}"] += 1
    return response


@app.get("/calls", include_in_schema=False)
def counted() -> dict[str, int]:
    return calls


bearer_scheme = HTTPBearer()


def bearer(credentials=Depends(bearer_scheme)) -> None:
    if credentials.credentials != TOKEN:
        raise HTTPException(401, "another token")


def has_authorization(request: Request) -> Seen:
    return Seen(authorization="authorization" in request.headers)


secured = [Depends(bearer)]
ORDERS = [
    Order(
        id=number,
        status=list(Stage)[number % 3],
        lines=[Line(product="rye", quantity=number, price=Decimal("4.10"))],
        total=number * Decimal("4.10"),
        created_at=datetime(2026, 3, number, 6, 30, tzinfo=timezone.utc),
        pickup_at=datetime(2026, 3, number, 8, 0) if number % 2 else None,
    )
    for number in range(1, 8)
]


@app.post("/token", summary="Get access token")
def generate_access_token(body: AuthItem) -> Token:
    if body.clientSecret.get_secret_value() != "flour":
        raise HTTPException(401, "wrong secret")
    return Token(access_token=TOKEN, token_type="bearer", expires_in=1800, expires_on=int(time.time()) + 1800)


@app.get("/health")
def health(seen: Annotated[Seen, Depends(has_authorization)]) -> Seen:
    return seen


# `auto_error=False`: the document states the scheme, and the operation still reports what it received.
@app.get("/books", dependencies=[Depends(HTTPBasic(auto_error=False))])
def read_books(seen: Annotated[Seen, Depends(has_authorization)]) -> Seen:
    return seen


@app.get("/scales", dependencies=[Depends(APIKeyHeader(name="X-Scale-Key", auto_error=False))])
def read_scales(seen: Annotated[Seen, Depends(has_authorization)]) -> Seen:
    return seen


@app.get("/orders", dependencies=secured)
def list_orders(
    page: Annotated[int, Query(ge=1)] = 1,
    size: Annotated[int, Query(ge=1, le=100)] = 50,
    status: Annotated[list[Stage] | None, Query()] = None,
) -> Page[Order]:
    chosen = [order for order in ORDERS if status is None or order.status in status]
    return Page[Order](items=chosen[(page - 1) * size : page * size], total=len(chosen), page=page, size=size)


@app.post("/orders", status_code=201, dependencies=secured, responses={409: {"model": Conflict}})
def create_order(body: NewOrder) -> Order:
    if body.note == "again":
        return JSONResponse({"code": "duplicate", "existing_order": 1}, 409)
    return Order(
        id=100,
        status=Stage.open,
        total=sum(line.quantity * line.price for line in body.lines),
        created_at=datetime(2026, 3, 1, tzinfo=timezone.utc),
        shelf=Shelf.bottom,
        **dict(body),
    )


@app.get("/orders/{order_id}", dependencies=secured, responses={404: {"model": Problem}})
def read_order(order_id: int) -> Order:
    if order_id == 418:
        raise HTTPException(418, "a status that the document does not list")
    if order_id == 99:
        # A later version of the server: another status, and a field more.
        later = json.loads(ORDERS[0].model_dump_json()) | {"status": "cooling", "oven": {"degrees": 230}}
        return JSONResponse(later)
    if order_id > len(ORDERS):
        return JSONResponse({"code": "unknown_order", "message": f"no order {order_id}"}, 404)
    return ORDERS[order_id - 1]


@app.patch("/orders/{order_id}", dependencies=secured)
def change_order(order_id: int, body: OrderPatch) -> Changes:
    return Changes(fields=json.loads(body.model_dump_json(exclude_unset=True)))


@app.delete("/orders/{order_id}", status_code=204, dependencies=secured)
def delete_order(order_id: int) -> None:
    pass


@app.post("/orders/{order_id}/cancellation", dependencies=secured)
def cancel_order(order_id: int, body: Annotated[Problem | None, Body()] = None) -> Changes:
    return Changes(fields={"id": order_id, "body": body})


@app.post("/orders/{order_id}/payment", dependencies=secured)
def pay_order(order_id: int, body: Payment) -> Receipt:
    return Receipt(read_as=type(body).__name__, payment=body)


@app.get("/payments", dependencies=secured)
def list_payments() -> list[Payment]:
    # The tag is not the first field; the last payment has a tag that only a later version of the document states.
    payments = [
        {"amount": 1.5, "kind": "voucher"},
        {"amount": 2.25, "last_digits": None, "kind": "card"},
        {"amount": 3, "kind": "cash"},
        {"kind": "barter", "goods": ["eggs", "milk"]},
    ]
    return JSONResponse(payments)


@app.post("/drinks", dependencies=secured)
def pour(body: Drink) -> Poured:
    return Poured(read_as=type(body).__name__, drink=body)


@app.post("/signs", dependencies=secured)
def paint(body: PlainSign | FramedSign) -> Painted:
    return Painted(read_as=type(body).__name__, sign=body)


@app.post("/quantities", dependencies=secured)
def read_quantity(body: Quantity) -> QuantityRead:
    return QuantityRead(read_as=type(body.amount).__name__, hint_read_as=type(body.hint).__name__, quantity=body)


@app.patch("/products/{code}", dependencies=secured)
def change_product(code: str, body: Annotated[BreadPatch | CakePatch, Body(discriminator="kind")]) -> Changes:
    return Changes(fields=body.model_dump(exclude_unset=True))


@app.put(
    "/products/{code}", dependencies=secured, responses={201: {"model": Customer}, 202: {"model": Queued}}
)
def put_product(code: Annotated[str, Path(max_length=40)], body: Product) -> Product:
    if code == "new":
        return JSONResponse({"id": "4d7b1c1e-0000-4000-8000-000000000001", "name": body.code}, 201)
    if code == "later":
        return JSONResponse({"ticket": 7}, 202)
    return Product(code=code, kind=body.kind)


@app.get("/search/{status}/{day}", dependencies=secured)
def search(
    status: Stage,
    day: date,
    ids: Annotated[list[int], Query()],
    statuses: Annotated[list[Stage], Query()] = [],
    days: Annotated[list[date], Query()] = [],
    sort: Stage | None = None,
    until: datetime | None = None,
    ratio: float | None = None,
    exact: bool = False,
    x_label: Annotated[str | None, Header()] = None,
    x_batch: Annotated[int | None, Header()] = None,
    x_since: Annotated[date | None, Header()] = None,
    x_stage: Annotated[Stage | None, Header()] = None,
) -> Search:
    return Search(
        ids=ids, statuses=[status, *statuses], days=[day, *days], sort=sort, until=until, ratio=ratio, exact=exact,
        label=x_label, batch=x_batch, since=x_since, stage=x_stage,
    )


def raw(text: str) -> Response:
    """A JSON body, byte by byte: Python does not write such numbers."""
    return Response(text, media_type="application/json")


@app.get("/prices", dependencies=secured)
def list_prices() -> dict[str, float]:
    return raw('{"rye": 4.10, "apple cake": 0.1, "baguette": 12345678901234567.89, "whole shop": 1e30, "crumb": 1e-38, '
               '"flour": 123456789012345678901234567890.12}')


@app.get("/measures", dependencies=secured)
def read_measures() -> Measures:
    return raw('{"count": 3.0, "stock": 18446744073709551616, "ratio": 1e30, "weights": [0.1, 5e-324, 7], "amount": "12345678901234567.89", '
               '"table": {"z": 1, "a": 2.5, "m": 3}}')


@app.post("/measures", dependencies=secured)
async def send_measures(body: Measures, request: Request) -> Sent:
    # Python reads a JSON number as a float, so only the text shows what arrived.
    return Sent(text=(await request.body()).decode())


@app.get("/week", dependencies=secured)
def read_week() -> Week:
    return raw(
        '{"valid_from": "2026-03-01", "published_at": "2026-02-20T08:00:00.250000+05:30", '
        '"local_opening": "2026-03-02T07:00:00", "break_time": "PT30M", '
        '"days": {"wednesday": {"opens": "07:00:00", "closes": "18:30:00"}, '
        '"monday": {"opens": "08:00:00", "closes": "12:00:00"}, "sunday": {"opens": "08:00:00", "closes": "11:00:00"}, '
        '"friday": {"opens": "07:00:00", "closes": "19:00:00"}, "tuesday": {"opens": "07:00:00", "closes": "18:00:00"}}}'
    )


@app.put("/week", dependencies=secured)
async def put_week(body: Week, request: Request) -> dict[str, Any]:
    sent = json.loads(await request.body())
    return {
        "keys": list(body.days),
        "offset": str(body.published_at.utcoffset()),
        "is_naive": body.local_opening.tzinfo is None,
        "minutes": body.break_time.total_seconds() / 60,
        "sent": sent,
    }


@app.get("/categories", dependencies=secured)
def list_categories() -> Category:
    return Category(name="all", children=[Category(name="bread", children=[Category(name="rye")]), Category(name="cake")])


@app.post("/files", dependencies=secured)
def upload_file(file: Annotated[UploadFile, File()], note: Annotated[str | None, Form()] = None) -> StoredFile:
    return StoredFile(name=file.filename, media_type=file.content_type, size=len(file.file.read()), note=note)


@app.get("/files/{name}", dependencies=secured, response_class=Response,
         responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}})
def read_file(name: str) -> Response:
    return Response(b"\x00\xff" + name.encode(), media_type="application/octet-stream")


@app.get("/orders/{order_id}/text", dependencies=secured, response_class=PlainTextResponse)
def print_order(order_id: int) -> str:
    return f"Order {order_id}: brötchen"


@app.post("/complaints", dependencies=secured)
def complain(
    subject: Annotated[str, Form(max_length=20)], stars: Annotated[int, Form(ge=0)], reply: Annotated[bool, Form()] = False
) -> Changes:
    return Changes(fields={"subject": subject, "stars": stars, "reply": reply})


def main() -> None:
    if sys.argv[1:] == ["document"]:
        json.dump(app.openapi(), sys.stdout, indent=2)
        return
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


main()
