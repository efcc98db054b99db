"""What a browser would send: the fields of a form on a page, with what they hold."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.inside = False
        self.area = self.choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.inside = True
        if not self.inside:
            return
        fields = self.forms[-1]
        name = given.get("name", "")
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"}:
                if "checked" in given:
                    fields.setdefault(name, []).append(given.get("value", "on"))
            elif kind not in {"file", "submit"}:
                fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "textarea":
            self.area = name
            fields[name] = [""]
        elif tag == "select":
            self.choice = name
            fields.setdefault(name, [])
        elif tag == "option" and self.choice and ("selected" in given or not fields[self.choice]):
            if "selected" in given:
                fields[self.choice] = []
            fields[self.choice].append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1][self.area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # a browser drops the newline that a textarea begins with
            self.forms[-1][self.area][0] = self.forms[-1][self.area][0].removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.choice = ""
        elif tag == "form":
            self.inside = False


def fields_of(page: bytes, having: str) -> dict[str, list[str]]:
    """The fields of the form on the page that has a field of this name."""
    parser = _Forms()
    parser.feed(page.decode())
    (found,) = [form for form in parser.forms if having in form]
    return found
