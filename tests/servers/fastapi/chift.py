"""Chift's token operation, as openapi/chift.yaml describes it, with the validator that Chift's server uses."""

import time

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import model_validator

from models import AuthItem, Token

TOKEN = "chift-token"

chift = FastAPI()


class CheckedItem(AuthItem):
    # The validator returns the input of the rule: here the whole body, with the secret.
    @model_validator(mode="after")
    def is_known(self) -> "CheckedItem":
        if self.clientId == "unknown":
            raise ValueError("unknown client")
        return self


@chift.exception_handler(RequestValidationError)
async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    return JSONResponse(
        {"message": "Validation error", "status": "error", "detail": jsonable_encoder(error.errors())}, 422
    )


@chift.post("/token")
def generate_access_token(body: CheckedItem) -> Token:
    return Token(access_token=TOKEN, token_type="bearer", expires_in=1800, expires_on=int(time.time()) + 1800)


@chift.get("/protected")
def protected(credentials=Depends(HTTPBearer())) -> dict[str, bool]:
    if credentials.credentials != TOKEN:
        raise HTTPException(401)
    return {"is_known": True}
