"""A precedence parser for the expressions of JUEL, Python, JavaScript and XPath in their simple shapes."""

from __future__ import annotations

from decimal import Decimal

from engine.diagram.importing.expressions.dialect import Dialect
from engine.diagram.importing.expressions.errors import Untranslatable
from engine.diagram.importing.expressions.tokens import Token, TokenKind, tokens
from engine.diagram.importing.expressions.tree import (
    Binary,
    Call,
    Comprehension,
    Conditional,
    Entries,
    Index,
    Items,
    Literal,
    Member,
    Name,
    Text,
    Tree,
    Unary,
)

DEEPEST = 40
_OR, _AND, _NOT, _EQUAL, _COMPARE, _ADD, _MULTIPLY, _UNARY, _POWER = range(1, 10)
_SIGNS = {
    "||": ("or", _OR),
    "&&": ("and", _AND),
    **dict.fromkeys(("==", "===", "="), ("=", _EQUAL)),
    **dict.fromkeys(("!=", "!=="), ("!=", _EQUAL)),
    **{sign: (sign, _COMPARE) for sign in ("<", ">", "<=", ">=")},
    **{sign: (sign, _ADD) for sign in "+-"},
    **{sign: (sign, _MULTIPLY) for sign in ("*", "/", "%", "//")},
    "**": ("**", _POWER),
}
_WORDS = {
    "or": ("or", _OR),
    "and": ("and", _AND),
    "eq": ("=", _EQUAL),
    "ne": ("!=", _EQUAL),
    "lt": ("<", _COMPARE),
    "gt": (">", _COMPARE),
    "le": ("<=", _COMPARE),
    "ge": (">=", _COMPARE),
    "div": ("/", _MULTIPLY),
    "mod": ("%", _MULTIPLY),
}
_PYTHON_WORDS = {"or": ("or", _OR), "and": ("and", _AND)}
_CONSTANTS = {
    **dict.fromkeys(("true", "True"), "true"),
    **dict.fromkeys(("false", "False"), "false"),
    **dict.fromkeys(("null", "None", "undefined", "nil"), "null"),
}
#: of functions: `vars:eq(…)` in Flowable, `bpmn:getDataObject(…)` in XPath
_PREFIXES = frozenset(["vars", "var", "variables", "bpmn"])
_COMPARISONS = frozenset(["=", "!=", "<", ">", "<=", ">=", "in"])


def parse(text: str, dialect: Dialect) -> Tree:
    """The tree of a whole expression; raises `Untranslatable`."""
    return _Parser(tokens(text), dialect).whole()


def compares_in_chain(text: str) -> bool:
    """Whether a text says `a < b < c`, which Python means and FEEL does not."""
    parser = _Parser(tokens(text), Dialect.PYTHON)
    parser.whole()
    return parser.chained


class _Parser:
    def __init__(self, found: list[Token], dialect: Dialect) -> None:
        self.tokens = found
        self.dialect = dialect
        self.position = 0
        self.depth = 0
        self.chained = False

    def whole(self) -> Tree:
        tree = self.expression()
        if self.next.kind is not TokenKind.END:
            raise self.unexpected()
        return tree

    @property
    def next(self) -> Token:
        return self.ahead(0)

    def ahead(self, count: int) -> Token:
        return self.tokens[min(self.position + count, len(self.tokens) - 1)]

    def expression(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untranslatable("表达式嵌套太深。")
        tree = self.choice(self.operation(_OR))
        self.depth -= 1
        return tree

    def choice(self, tree: Tree) -> Tree:
        """`a ? b : c`, or Python's `b if a else c`."""
        if self.take("?"):
            then = self.expression()
            self.expect(":")
            return Conditional(tree, then, self.expression())
        if self.dialect is Dialect.PYTHON and self.take("if"):
            condition = self.operation(_OR)
            self.expect("else")
            return Conditional(condition, tree, self.expression())
        return tree

    def operation(self, level: int) -> Tree:
        tree = self.operand()
        compared: Tree | None = None
        while (found := self.operator()) is not None and found[1] >= level:
            operator, own, negated = found
            self.position += 2 if negated else 1
            right = self.operation(own if operator == "**" else own + 1)
            chained = compared is not None and operator in _COMPARISONS
            self.chained |= chained
            step = Binary(operator, compared if chained and compared else tree, right)
            told = Unary("not", step) if negated and operator == "in" else step
            # Python compares in chains: a < b < c.
            tree = Binary("and", tree, told) if chained else told
            compared = right if self.dialect is Dialect.PYTHON and operator in _COMPARISONS else None
        return tree

    def operator(self) -> tuple[str, int, bool] | None:
        """The operator ahead, its level, and whether it takes two words (`is not`, `not in`)."""
        token = self.next
        if token.kind is TokenKind.SIGN and token.text in _SIGNS:
            operator, level = _SIGNS[token.text]
            flat = self.dialect is Dialect.PYTHON and level == _COMPARE
            return operator, _EQUAL if flat else level, False
        if token.kind is not TokenKind.NAME:
            return None
        if self.dialect is Dialect.PYTHON and token.text in ("in", "is", "not"):
            return self.python_operator(token.text, self.ahead(1).text)
        found = (_PYTHON_WORDS if self.dialect is Dialect.PYTHON else _WORDS).get(token.text)
        return (*found, False) if found else None

    def python_operator(self, word: str, following: str) -> tuple[str, int, bool] | None:
        if word == "not":
            return ("in", _EQUAL, True) if following == "in" else None
        if word == "is":
            return ("!=", _EQUAL, True) if following == "not" else ("=", _EQUAL, False)
        return "in", _EQUAL, False

    def operand(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Untranslatable("表达式嵌套太深。")
        tree = self.prefixed()
        self.depth -= 1
        return tree

    def prefixed(self) -> Tree:
        if self.take("-"):
            return Unary("-", self.operation(_UNARY))
        if self.take("!"):
            return Unary("not", self.operation(_UNARY))
        if self.next == Token(kind=TokenKind.NAME, text="not"):
            self.position += 1
            return Unary("not", self.operation(_NOT if self.dialect is Dialect.PYTHON else _UNARY))
        if self.dialect is Dialect.JUEL and self.take("empty"):
            return Unary("empty", self.operation(_UNARY))
        return self.tail(self.atom())

    def tail(self, tree: Tree) -> Tree:
        """Members, indexes and calls after an operand."""
        while True:
            if self.take("."):
                tree = Member(tree, self.name())
            elif self.take("["):
                tree = Index(tree, self.expression())
                self.expect("]")
            elif self.take("("):
                tree = self.call(tree)
            elif isinstance(tree, Name) and tree.name in _PREFIXES and self.prefix_follows():
                self.position += 1
                tree = Member(tree, self.name())
            else:
                return tree

    def prefix_follows(self) -> bool:
        """A function with a prefix: `vars:eq(…)`, `bpmn:getDataObject(…)`."""
        if self.dialect not in (Dialect.JUEL, Dialect.XPATH) or self.next.text != ":":
            return False
        return self.ahead(1).kind is TokenKind.NAME and self.ahead(2).text == "("

    def call(self, function: Tree) -> Tree:
        arguments: list[Tree] = []
        named: list[tuple[str, Tree]] = []
        while not self.take(")"):
            if arguments or named:
                self.expect(",")
            if self.dialect is Dialect.PYTHON and self.ahead(1).text == "=":
                name = self.name()
                self.expect("=")
                named.append((name, self.expression()))
            else:
                arguments.append(self.comprehension(self.expression()))
        return Call(function, tuple(arguments), tuple(named))

    def atom(self) -> Tree:
        token = self.next
        self.position += 1
        if token.kind is TokenKind.NUMBER:
            return Literal(f"{Decimal(token.text):f}")
        if token.kind is TokenKind.STRING:
            return Text(token.text)
        if token.kind is TokenKind.NAME:
            return Literal(_CONSTANTS[token.text]) if token.text in _CONSTANTS else Name(token.text)
        if token.text == "(":
            return self.group()
        if token.text == "[":
            items = self.items("]")
            return items[0] if len(items) == 1 and isinstance(items[0], Comprehension) else Items(items)
        if token.text == "{":
            return self.entries()
        self.position -= 1
        raise self.unexpected()

    def group(self) -> Tree:
        """Parentheses, or a Python tuple."""
        items = self.items(")")
        if len(items) == 1:
            return items[0]
        if items and self.dialect is Dialect.PYTHON:
            return Items(items)
        raise self.unexpected()

    def items(self, end: str) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while not self.take(end):
            if found:
                self.expect(",")
                if self.take(end):
                    break
            found.append(self.comprehension(self.expression()))
        return tuple(found)

    def comprehension(self, element: Tree) -> Tree:
        if self.dialect is not Dialect.PYTHON or not self.take("for"):
            return element
        name = self.name()
        self.expect("in")
        source = self.operation(_OR)
        return Comprehension(element, name, source, self.operation(_OR) if self.take("if") else None)

    def entries(self) -> Tree:
        found: list[tuple[str, Tree]] = []
        while not self.take("}"):
            if found:
                self.expect(",")
            key = self.next
            bare = key.kind is TokenKind.NAME and self.dialect is Dialect.JAVASCRIPT
            if key.kind is not TokenKind.STRING and not bare:
                raise self.unexpected()
            self.position += 1
            self.expect(":")
            found.append((key.text, self.expression()))
        return Entries(tuple(found))

    def name(self) -> str:
        token = self.next
        if token.kind is not TokenKind.NAME:
            raise self.unexpected()
        self.position += 1
        return token.text

    def take(self, text: str) -> bool:
        found = self.next.text == text and self.next.kind in (TokenKind.SIGN, TokenKind.NAME)
        self.position += found
        return found

    def expect(self, text: str) -> None:
        if not self.take(text):
            raise self.unexpected()

    def unexpected(self) -> Untranslatable:
        token = self.next
        before = self.tokens[max(self.position - 1, 0)]
        if token.kind is before.kind is TokenKind.NAME and self.position:
            return Untranslatable(f"“{before.text} {token.text}”是带空格的名称，请换成没有空格的变量名。")
        shown = f"“{token.text}”" if token.kind is not TokenKind.END else "表达式的结尾"
        return Untranslatable(f"{shown}处不是可以自动翻译的写法。")
