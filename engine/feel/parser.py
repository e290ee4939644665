"""From text to syntax tree: precedence climbing over the grammar of DMN 1.5, 10.3.1.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.feel import syntax
from engine.feel.cursor import WORDS
from engine.feel.errors import FeelSyntaxError
from engine.feel.lexer import AT, END, NAME, NUMBER, STRING, Token
from engine.feel.limits import MAX_NESTING
from engine.feel.literals import number, unescape
from engine.feel.syntax import Node
from engine.feel.temporal import parse_any
from engine.feel.type_parser import TypeParser
from engine.feel.types import Type

_COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
#: How tightly the arithmetic operators bind.
_BINDING = {"+": 0, "-": 0, "*": 1, "/": 1, "**": 2}
_LITERAL_FUNCTIONS = frozenset({"date", "time", "date and time", "duration"})
#: Keywords that open an expression, unless a known name such as `for sale` begins with them.
_OPENING_WORDS = frozenset({"if", "for", "some", "every"})
_POSTFIX = frozenset({".", "[", "("})
# What can follow an interval's end but never start a filter's condition.
_AFTER_INTERVAL = frozenset({END, ")", "]", ",", "}", "and", "or", "then", "else", "return", "satisfies"})


class Parser(TypeParser):
    """Reads one expression or one cell of unary tests."""

    def expression(self) -> Node:
        """The whole text as one expression."""
        node = self._expression()
        self._expect_end()
        return node

    def unary_tests(self) -> syntax.Tests:
        """The whole text as the unary tests of a decision table cell (rule 15); an empty cell is one with `-`."""
        if self._at(END) or (self._at("-") and self._tokens[1].kind == END):
            return syntax.Tests((), False, 0)
        if self._token.text == "not" and self._tokens[1].kind == "(":
            negated = self._attempt(self._negated_tests)
            if negated is not None:
                return negated
        tests = self._separated(self._expression)
        self._expect_end()
        return syntax.Tests(tests, False, 0)

    def _negated_tests(self) -> syntax.Tests:
        self._advance()
        self._expect("(")
        tests = self._separated(self._expression)
        self._expect(")")
        self._expect_end()
        return syntax.Tests(tests, True, 0)

    def _attempt(self, parse: Callable[[], syntax.Tests]) -> syntax.Tests | None:
        """Try a reading of the text; go back where it does not fit."""
        index = self._index
        try:
            return parse()
        except FeelSyntaxError:
            self._go(index)
            return None

    # operators, from the weakest to the strongest

    def _expression(self) -> Node:
        self._enter()
        node = self._disjunction()
        self._leave()
        return node

    def _disjunction(self) -> Node:
        at = self._token.start
        node = self._conjunction()
        if not self._at("or"):
            return node
        operands = [node]
        while self._accept("or"):
            operands.append(self._conjunction())
        return syntax.Or(tuple(operands), at)

    def _conjunction(self) -> Node:
        at = self._token.start
        node = self._comparison()
        if not self._at("and"):
            return node
        operands = [node]
        while self._accept("and"):
            operands.append(self._comparison())
        return syntax.And(tuple(operands), at)

    def _comparison(self) -> Node:
        node = self._arithmetic()
        for _ in range(MAX_NESTING):
            kind, at = self._token.kind, self._token.start
            if kind in _COMPARISONS:
                self._advance()
                node = syntax.Comparison(kind, node, self._arithmetic(), at)
            elif kind == "between":
                self._advance()
                low = self._arithmetic()
                self._expect("and")
                node = syntax.Between(node, low, self._arithmetic(), at)
            elif kind == "in":
                self._advance()
                node = syntax.In(node, self._in_tests(), at)
            else:
                return node
        self._refuse("较短的比较")

    def _in_tests(self) -> tuple[Node, ...]:
        """What follows `in`: one test, or several in brackets."""
        token = self._token
        if not self._at("("):
            return (self._arithmetic(),)
        self._advance()
        tests = self._separated(self._expression)
        if len(tests) > 1:
            self._expect(")")
            return tests
        return (self._arithmetic(0, self._close_bracket(tests[0], token)),)

    def _arithmetic(self, level: int = 0, started: Node = None) -> Node:
        """Operators of a level and those that bind tighter; `started` is a first operand that is already read."""
        at = self._token.start
        node = self._negation() if started is None else self._instance_of(started)
        while (binding := _BINDING.get(self._token.kind, -1)) >= level:
            rest = []
            while _BINDING.get(self._token.kind) == binding:
                operator = self._advance()
                rest.append((operator.kind, self._arithmetic(binding + 1), operator.start))
            node = syntax.Arithmetic(node, tuple(rest), at)
        return node

    def _negation(self) -> Node:
        if not self._at("-"):
            return self._instance_of()
        at = self._token.start
        minus = 0
        while self._accept("-"):
            minus += 1
        operand = self._instance_of()
        # One for an odd number of signs, two for an even one: what cannot be negated is null all the same.
        for _ in range(2 - minus % 2):
            operand = syntax.Negation(operand, at)
        return operand

    def _instance_of(self, started: Node = None) -> Node:
        node = self._postfix(self._primary() if started is None else started)
        while self._token.text == "instance" and self._tokens[self._index + 1].text == "of":
            at = self._advance().start
            self._advance()
            node = syntax.InstanceOf(node, self._type(), at)
        return node

    def _postfix(self, node: Node) -> Node:
        for _ in range(MAX_NESTING):
            kind, at = self._token.kind, self._token.start
            if kind not in _POSTFIX or (kind == "[" and self._ends_interval()):
                return node
            self._advance()
            if kind == ".":
                node = syntax.Path(node, self._member(), at)
            elif kind == "[":
                condition = self._expression()
                self._expect("]")
                node = syntax.Filter(node, condition, at)
            else:
                node = self._call(node, at)
        self._refuse(f"不超过 {MAX_NESTING} 段的路径")

    def _ends_interval(self) -> bool:
        """Whether a `[` is the open end of an interval such as `[1..3[`."""
        return self._tokens[self._index + 1].kind in _AFTER_INTERVAL

    # primary expressions

    def _primary(self) -> Node:
        token = self._token
        parse = self._PRIMARY.get(token.kind)
        if parse is None:
            self._refuse(WORDS["expression"])
        if token.kind in _OPENING_WORDS and self._names.match(self._tokens, self._index) is not None:
            return self._keyword_name(token)
        return parse(self, token)

    def _name(self, token: Token) -> Node:
        if token.text == "function" and self._tokens[self._index + 1].kind == "(":
            return self._function(token)
        return syntax.Name(self._name_here(), token.start)

    def _number(self, token: Token) -> Node:
        self._advance()
        value = number(token.text)
        if value is None:
            self._refuse("指数不超过 6144 的数值", token)
        return syntax.Literal(value, token.start)

    def _string(self, token: Token) -> Node:
        self._advance()
        return syntax.Literal(unescape(token.text[1:-1]), token.start)

    def _at_literal(self, token: Token) -> Node:
        self._advance()
        return syntax.Literal(parse_any(token.text[token.text.index('"') + 1 : -1]), token.start)

    def _constant(self, token: Token) -> Node:
        known = self._names.match(self._tokens, self._index)
        if known is not None:
            return syntax.Name(self._name_here(), token.start)
        self._advance()
        return syntax.Literal({"true": True, "false": False, "null": None}[token.kind], token.start)

    def _keyword_name(self, token: Token) -> Node:
        """A keyword that begins a known name such as `in service`."""
        if self._names.match(self._tokens, self._index) is None:
            self._refuse(WORDS["expression"])
        return syntax.Name(self._name_here(), token.start)

    def _unary_comparison(self, token: Token) -> Node:
        self._advance()
        return syntax.UnaryComparison(token.kind, self._arithmetic(), token.start)

    def _bracketed(self, token: Token) -> Node:
        self._advance()
        return self._close_bracket(self._expression(), token)

    def _close_bracket(self, node: Node, token: Token) -> Node:
        """What a `(` with its first expression turns out to be."""
        if self._accept(".."):
            return self._interval(node, False, token)
        self._expect(")")
        return node

    def _list(self, token: Token) -> Node:
        self._advance()
        if self._accept("]"):
            return syntax.ListLiteral((), token.start)
        first = self._expression()
        if self._accept(".."):
            return self._interval(first, True, token)
        items = [first]
        while self._accept(","):
            items.append(self._expression())
        self._expect("]")
        return syntax.ListLiteral(tuple(items), token.start)

    def _open_interval(self, token: Token) -> Node:
        self._advance()
        start = self._expression()
        self._expect("..")
        return self._interval(start, False, token)

    def range_literal(self) -> syntax.Interval:
        """The whole text as the range a string may hold, with literal ends, one of which may be missing (rule 66)."""
        token = self._token
        if token.kind not in ("[", "(", "]"):
            self._refuse("区间开头的 [ 或 (")
        self._advance()
        start = None if self._at("..") else self._range_endpoint()
        self._expect("..")
        end = None if self._token.kind in (")", "]", "[") else self._range_endpoint()
        if self._token.kind not in (")", "]", "[") or (start is None and end is None):
            self._refuse("区间")
        closing = self._advance().kind
        self._expect_end()
        if (start is None and token.kind == "[") or (end is None and closing == "]"):
            self._refuse("没有端点的一侧用圆括号")
        return syntax.Interval(start, end, token.kind == "[", closing == "]", token.start)

    def _range_endpoint(self) -> Node:
        """A literal, or the call of a function that makes a date, time or duration of one."""
        node = self._negation()
        literal = node.operand if type(node) is syntax.Negation else node
        if type(literal) is syntax.Call and type(literal.function) is syntax.Name:
            arguments = literal.arguments if literal.function.name in _LITERAL_FUNCTIONS else (None,)
        else:
            arguments = (literal,)
        if not all(type(argument) is syntax.Literal for argument in arguments):
            self._refuse("常量")
        return node

    def _interval(self, start: Node, included: bool, token: Token) -> Node:
        end = self._expression()
        if self._token.kind not in (")", "]", "["):
            self._refuse("区间结尾的 ] 或 )")
        closing = self._advance().kind
        return syntax.Interval(start, end, included, closing == "]", token.start)

    def _context(self, token: Token) -> Node:
        self._advance()
        outer = self._names
        entries: list[tuple[str, Node]] = []
        while not self._at("}"):
            if entries:
                self._expect(",")
            key = self._key()
            self._names = self._names.with_name(key)
            self._keys = self._keys.with_name(key)
            entries.append((key, self._expression()))
        self._advance()
        self._names = outer
        return syntax.ContextLiteral(tuple(entries), token.start)

    def _key(self) -> str:
        key = unescape(self._advance().text[1:-1]) if self._at(STRING) else self._new_name(":")
        self._expect(":")
        return key

    # special forms

    def _if(self, token: Token) -> Node:
        branches = []
        while True:
            self._expect("if")
            condition = self._expression()
            self._expect("then")
            branches.append((condition, self._expression()))
            self._expect("else")
            if not self._at("if"):
                return syntax.If(tuple(branches), self._expression(), token.start)

    def _for(self, token: Token) -> Node:
        self._advance()
        outer = self._names
        iterations = self._iterations()
        self._expect("return")
        body = self._expression()
        self._names = outer
        return syntax.For(iterations, body, token.start)

    def _quantified(self, token: Token) -> Node:
        self._advance()
        outer = self._names
        iterations = self._iterations()
        self._expect("satisfies")
        condition = self._expression()
        self._names = outer
        return syntax.Quantified(token.kind == "every", iterations, condition, token.start)

    def _iterations(self) -> tuple[syntax.Iteration, ...]:
        return self._separated(self._iteration)

    def _iteration(self) -> syntax.Iteration:
        name = self._new_name("in")
        self._expect("in")
        source = self._expression()
        end = self._expression() if self._accept("..") else None
        self._names = self._names.with_name(name)
        return syntax.Iteration(name, source, end)

    def _function(self, token: Token) -> Node:
        self._advance()
        self._expect("(")
        outer = self._names
        parameters: list[tuple[str, Type | None]] = []
        while not self._at(")"):
            if parameters:
                self._expect(",")
            parameters.append(self._parameter())
        self._advance()
        external = self._token.text == "external" and self._tokens[self._index + 1].kind == "{"
        if external:
            self._advance()
        body = self._expression()
        self._names = outer
        return syntax.FunctionLiteral(tuple(parameters), body, external, token.start)

    def _parameter(self) -> tuple[str, Type | None]:
        start = self._index
        while self._token.kind not in (":", ",", ")", END):
            self._advance()
        stop = self._token.kind
        self._go(start)
        name = self._new_name(stop) if stop != END else self._refuse("函数参数的名称")
        self._names = self._names.with_name(name)
        return name, self._type() if self._accept(":") else None

    def _call(self, function: Node, at: int) -> Node:
        if self._accept(")"):
            return syntax.Call(function, (), None, at)
        if not self._names_argument():
            arguments = self._separated(self._expression)
            self._expect(")")
            return syntax.Call(function, arguments, None, at)
        names, values = [], []
        while True:
            names.append(self._new_name(":"))
            self._expect(":")
            values.append(self._expression())
            if not self._accept(","):
                self._expect(")")
                return syntax.Call(function, tuple(values), tuple(names), at)

    def _names_argument(self) -> bool:
        """Whether the next argument is given by name."""
        index = self._index
        while self._tokens[index].text.isidentifier() or self._tokens[index].kind == NAME:
            index += 1
        return index > self._index and self._tokens[index].kind == ":"

    _PRIMARY: Mapping[str, Callable[[Parser, Token], Node]] = {
        NAME: _name,
        NUMBER: _number,
        STRING: _string,
        AT: _at_literal,
        "true": _constant,
        "false": _constant,
        "null": _constant,
        "(": _bracketed,
        "[": _list,
        "]": _open_interval,
        "{": _context,
        "if": _if,
        "for": _for,
        "some": _quantified,
        "every": _quantified,
        **dict.fromkeys(("<", "<=", ">", ">=", "=", "!="), _unary_comparison),
        **dict.fromkeys(("in", "and", "or", "then", "else", "return", "between", "satisfies"), _keyword_name),
    }
