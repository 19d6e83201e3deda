"""The dashboard: shown with the token, refused without, and told nothing from elsewhere."""

from __future__ import annotations

import re

import pytest

from .conftest import TOKEN

KERNEL = "01234567-0123-0123-0123-012345678901"


@pytest.mark.parametrize("path", ["", "?token=wrong", "?voila-theme=dark"])
def test_without_the_token_it_asks_to_log_in(board, path):
    status, headers, body = board.get(path)
    assert status == 302
    assert headers["Location"].startswith("/login")
    assert "wb-app" not in body


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (f"api/kernels/{KERNEL}", "GET"),
        (f"api/kernels/{KERNEL}/channels", "GET"),
        (f"voila/api/shutdown/{KERNEL}", "POST"),
    ],
)
def test_kernels_are_refused_without_the_token(board, path, method):
    assert board.get(path, method=method)[0] == 403


def test_no_file_beside_the_notebook_is_served(board):
    assert board.get("voila/files/picture.png", TOKEN)[0] == 403


@pytest.mark.parametrize(("theme", "light"), [("light", "true"), ("dark", "false")])
def test_the_page_loads_from_this_server_alone(board, theme, light):
    status, _, body = board.get(f"?voila-theme={theme}", TOKEN)
    assert status == 200
    assert f'data-jp-theme-light="{light}"' in body
    assert 'id="workbench-skeleton"' in body
    assert "application/vnd.jupyter.widget-view+json" in body
    assert "jupyter-workbench" not in body
    loaded = re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']([^\"']+)", body)
    assert [each for each in loaded if re.match(r"(https?:)?//", each)] == []
    assert loaded
