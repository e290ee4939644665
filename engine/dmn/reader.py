"""From DMN XML to a model: elements first, then their logic, so that they may refer to each other in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from engine.dmn.boxed import boxed, expression_in, function_definition
from engine.dmn.document import Element, attribute, child, children, line, local_name, parse, text
from engine.dmn.elements import BusinessKnowledge, Decision, DecisionService, InputData, Node, Place
from engine.dmn.environment import Environment
from engine.dmn.errors import ModelRefused, Problem
from engine.dmn.model import DecisionModel
from engine.dmn.types import TypeRegistry, result_type
from engine.feel import FeelSyntaxError, UnaryTests, unary_tests
from engine.feel.expression import known_names
from engine.feel.lexer import normal_name

Source: TypeAlias = bytes | str | Path
#: Imported files: by namespace or location, just all that may be needed, or the only one.
Imports: TypeAlias = Mapping[str, Source] | Iterable[Source] | Source | None

MAX_IMPORTS = 50
_NODES: Mapping[str, type[Node]] = {
    "inputData": InputData,
    "decision": Decision,
    "businessKnowledgeModel": BusinessKnowledge,
    "decisionService": DecisionService,
}
_WITH_ENTRIES = frozenset({"itemComponent", "variable", "column", "output"})
_REQUIRED = ("requiredDecision", "requiredInput", "requiredKnowledge")


def read(source: Source, imports: Imports = ()) -> DecisionModel:
    """Read a DMN file; `.problems` of the model tell what a designer should mend."""
    return _Library(source, imports).read(parse(_content(source)), "")


def _content(source: Source) -> bytes:
    return source if isinstance(source, bytes) else Path(source).read_bytes()


class _Library:
    """The files a model may import; each is read once."""

    def __init__(self, source: Source, imports: Imports) -> None:
        if isinstance(imports, bytes | str | Path):
            imports = (imports,)
        named = imports.items() if isinstance(imports, Mapping) else (("", each) for each in imports or ())
        self._sources: list[tuple[str, Source]] = list(named)
        self._folder = None if isinstance(source, bytes) else Path(source).parent
        self._roots: dict[str, Element] = {}
        self._open: list[str] = []
        self._models = 0

    def read(self, root: Element, alias: str) -> DecisionModel:
        """The model of a file, imported under the given names."""
        namespace = attribute(root, "namespace")
        self._models += 1
        if namespace in self._open or self._models > MAX_IMPORTS:
            raise ModelRefused(f"决策文件的引用成环或过多：{attribute(root, 'name')}")
        self._open.append(namespace)
        try:
            return _ModelReader(root, self, alias).model
        finally:
            self._open.pop()

    def root(self, namespace: str, location: str) -> Element | None:
        """The root element of an imported file, by its namespace or where the import says it is."""
        for name, source in self._sources:
            if name in (namespace, location) and name:
                return parse(_content(source))
        for _, source in self._sources:
            root = self._parsed(source)
            if attribute(root, "namespace") == namespace:
                return root
        return self._beside(namespace, location)

    def _parsed(self, source: Source) -> Element:
        key = str(id(source)) if isinstance(source, bytes) else str(source)
        if key not in self._roots:
            self._roots[key] = parse(_content(source))
        return self._roots[key]

    def _beside(self, namespace: str, location: str) -> Element | None:
        """A file in the folder of the importing file, never one elsewhere: the one named, else one of the namespace."""
        if self._folder is None:
            return None
        files = sorted(self._folder.glob("*.dmn"), key=lambda file: file.name != location)
        roots = (self._parsed(file) for file in files[:MAX_IMPORTS])
        return next((root for root in roots if attribute(root, "namespace") == namespace), None)


class _ModelReader:
    """Reads one file."""

    def __init__(self, root: Element, library: _Library, alias: str) -> None:
        self._root = root
        self._alias = alias
        self._namespace = attribute(root, "namespace")
        self._problems: list[Problem] = []
        imports = self._imports(library)
        types = TypeRegistry(
            list(children(root, "itemDefinition")), {name: model.types for name, model in imports.items()}, self._tests
        )
        self.model = DecisionModel(attribute(root, "name"), self._namespace, types)
        self.model.imports = imports
        self.model._problems = self._problems
        self._members: tuple[str, ...] = (*_entry_names(root), *(name for m in imports.values() for name in m.names))
        self.model.names = (*self._members, *_element_names(root))
        self._register()
        self._connect()

    def _imports(self, library: _Library) -> dict[str, DecisionModel]:
        models = {}
        for element in children(self._root, "import"):
            if "DMN" not in attribute(element, "importType"):
                continue
            name, location = attribute(element, "name"), attribute(element, "locationURI")
            root = library.root(attribute(element, "namespace"), location)
            if root is None:
                self._note(element, f"找不到引用的决策文件 {location or attribute(element, 'namespace')}")
                continue
            models[name] = library.read(root, f"{self._alias}.{name}" if self._alias else name)
        return models

    def _note(self, element: Element, message: str) -> None:
        where = attribute(element, "id") or attribute(element, "name")
        self._problems.append(Problem(element=where, line=line(element), message=message))

    def _tests(self, element: Element) -> UnaryTests:
        try:
            return unary_tests(text(element))
        except FeelSyntaxError as error:
            self._note(element, error.message)
            return unary_tests("-")

    # elements

    def _register(self) -> None:
        for element in children(self._root, *_NODES):
            name = normal_name(attribute(element, "name"))
            identifier = attribute(element, "id") or name
            kind = _NODES[local_name(element)]
            node = kind(id=identifier, identity=f"{self._alias}#{identifier}", name=name)
            node.type = self._environment(name, ()).type_of(child(element, "variable"))
            if isinstance(node, BusinessKnowledge | DecisionService):
                node.type = result_type(node.type)
            if isinstance(node, InputData):
                node.alias = self._alias
            self.model.elements[identifier] = node

    def _connect(self) -> None:
        """Requirements before logic: the logic is compiled against the names of what it requires."""
        elements = [(self.model.elements[self._identifier(e)], e) for e in children(self._root, *_NODES)]
        for node, element in elements:
            node.requires = self._requires(element)
        for node, element in elements:
            if isinstance(node, Decision):
                self._decision(node, element)
            elif isinstance(node, BusinessKnowledge):
                self._knowledge(node, element)
            elif isinstance(node, DecisionService):
                self._service(node, element)

    def _identifier(self, element: Element) -> str:
        return attribute(element, "id") or normal_name(attribute(element, "name"))

    def _requires(self, element: Element) -> list[tuple[Place, Node]]:
        found = []
        for requirement in children(element, "informationRequirement", "knowledgeRequirement"):
            reference = child(requirement, *_REQUIRED)
            target = None if reference is None else self._referred(reference)
            if target is not None:
                found.append(target)
        return found

    def _referred(self, reference: Element) -> tuple[Place, Node] | None:
        """What a `href` points to, in this model or an imported one."""
        namespace, _, identifier = attribute(reference, "href").rpartition("#")
        if not namespace or namespace == self._namespace:
            node = self.model.elements.get(identifier)
            place: Place = ()
        else:
            place, node = self._imported(namespace, identifier)
        if node is None:
            self._note(reference, f"引用的元素 {attribute(reference, 'href')} 不存在")
            return None
        return place, node

    def _imported(self, namespace: str, identifier: str) -> tuple[Place, Node | None]:
        for name, model in self.model.imports.items():
            if model.namespace == namespace:
                return ((name,) if name else ()), model.elements.get(identifier)
        return (), None

    def _environment(self, name: str, names: Iterable[str]) -> Environment:
        return Environment(name, known_names(names, self._members), self.model.types, self._problems)

    def _logic_environment(self, node: Node) -> Environment:
        names = [part for place, required in node.requires for part in (*place, required.name)]
        return self._environment(node.name, (*names, node.name))

    def _decision(self, node: Decision, element: Element) -> None:
        expression = expression_in(element)
        if expression is not None:
            node.logic = boxed(expression, self._logic_environment(node), node.name, node.type)

    def _knowledge(self, node: BusinessKnowledge, element: Element) -> None:
        function = child(element, "encapsulatedLogic")
        if function is not None:
            of = node.type
            node.logic = function_definition(function, self._logic_environment(node), node.name, of)

    def _service(self, node: DecisionService, element: Element) -> None:
        for name in ("inputData", "inputDecision"):
            for reference in children(element, name):
                target = self._referred(reference)
                if target is not None:
                    node.inputs.append(target[1])
        for reference in children(element, "outputDecision"):
            target = self._referred(reference)
            if target is not None and isinstance(target[1], Decision):
                node.outputs.append(target[1])


def _entry_names(root: Element) -> set[str]:
    """The names contexts of this file may have entries by, which expressions use after a dot."""
    return {attribute(element, "name") for element in root.iter() if local_name(element) in _WITH_ENTRIES} - {""}


def _element_names(root: Element) -> list[str]:
    return [attribute(element, "name") for element in children(root, *_NODES)]
