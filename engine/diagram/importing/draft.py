"""A foreign model while it is being translated: the tree, and the list of what was done to it."""

from __future__ import annotations

from lxml import etree

from engine.diagram.importing.changes import Change, ChangeKind
from engine.diagram.namespaces import ANLAN, bpmn, is_bpmn, line_of, local_name
from engine.diagram.reader import lanes

etree.register_namespace("anlan", ANLAN)
_BEFORE_EXTENSIONS = bpmn("documentation")
#: What lies inside the elements people see.
_PARTS = frozenset(["condition", "loopCardinality", "script", "timeDate", "timeDuration", "timeCycle"])
_PART_ENDINGS = ("Expression", "EventDefinition", "LoopCharacteristics", "Condition", "extensionElements")


class Draft:
    """Everything that changes the tree goes through here, so that nothing changes without being told."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.lanes = lanes(root)
        self._first_process = next(root.iterchildren(bpmn("process")), None)
        self._changes: dict[Change, None] = {}
        self._targets: dict[tuple[etree._Element, str], set[str]] = {}
        self.ids = {str(element.get("id")) for element in root.iter() if element.get("id")}
        self.errors = {str(error.get("id")) for error in root.iterchildren(bpmn("error"))}
        #: attributes (element, full name) and elements whose meaning was taken over or told already
        self.told: set[tuple[etree._Element, str]] = set()
        #: elements about which more is said than that something is kept
        self._discussed: set[etree._Element] = set()
        self._mapped: set[tuple[etree._Element, str]] = set()
        self.changed = False

    @property
    def changes(self) -> list[Change]:
        return list(self._changes)

    def translated(self, element: etree._Element, code: str, message: str) -> None:
        self._tell(element, ChangeKind.TRANSLATED, code, message)

    def dropped(self, element: etree._Element, code: str, message: str) -> None:
        self._tell(element, ChangeKind.DROPPED, code, message)

    def kept(self, element: etree._Element, code: str, message: str) -> None:
        self._tell(element, ChangeKind.KEPT, code, message)

    def needs_work(self, element: etree._Element, code: str, message: str) -> None:
        self._tell(element, ChangeKind.NEEDS_WORK, code, message)

    def tell_of(self, element: etree._Element, *names: str) -> None:
        """These attributes need no line of their own any more; without names, the element itself."""
        self.told.update((element, name) for name in names or ("",))

    def is_told(self, element: etree._Element, name: str = "") -> bool:
        """Whether a line of the report speaks of it."""
        return (element, name) in self.told and owner_of(element) in self._discussed

    def has_mappings(self, activity: etree._Element, direction: str) -> bool:
        """Whether there were mappings of ours before this import."""
        return bool(self.targets(activity, direction)) and (activity, direction) not in self._mapped

    def own(self, element: etree._Element, name: str) -> str | None:
        return element.get(f"{{{ANLAN}}}{name}")

    def set_own(self, element: etree._Element, name: str, value: str) -> bool:
        """Write an attribute of ours; what is there already stays, and False is the answer."""
        if self.own(element, name) is not None:
            return False
        self._declare()
        element.set(f"{{{ANLAN}}}{name}", value)
        self.changed = True
        return True

    def add_mapping(self, element: etree._Element, direction: str, source: str, target: str) -> bool:
        """Write `anlan:in` or `anlan:out` unless the target has one already."""
        targets = self.targets(element, direction)
        if target in targets:
            return False
        targets.add(target)
        self._mapped.add((element, direction))
        self._declare()
        mapping = _append(self._extension_elements(element), f"{{{ANLAN}}}{direction}")
        mapping.set("source", source)
        mapping.set("target", target)
        self.changed = True
        return True

    def targets(self, element: etree._Element, direction: str) -> set[str]:
        """What our mappings of an element write already."""
        if (element, direction) not in self._targets:
            holder = element.find(bpmn("extensionElements"))
            ours = () if holder is None else holder.iterchildren(f"{{{ANLAN}}}{direction}")
            self._targets[element, direction] = {str(mapping.get("target")) for mapping in ours}
        return self._targets[element, direction]

    def map_all(self, activity: etree._Element, direction: str) -> None:
        """Let a call activity pass or return every variable, or a service task every result."""
        tag = f"{{{ANLAN}}}{direction}"
        holder = self._extension_elements(activity)
        if any(child.get("variables") == "all" for child in holder.iterchildren(tag)):
            return
        self._declare()
        _append(holder, tag).set("variables", "all")
        self.changed = True
        verb = "传入" if direction == "in" else "传回"
        self.translated(activity, "mapping", f"{verb}全部变量，写为 anlan:{direction}（variables 为 all）。")

    def set_attribute(self, element: etree._Element, name: str, value: str) -> None:
        element.set(name, value)
        self.changed = True

    def remove_attribute(self, element: etree._Element, name: str) -> None:
        del element.attrib[name]
        self.changed = True

    def set_text(self, element: etree._Element, text: str) -> None:
        """Replace an expression; comments inside it go with it."""
        for child in list(element):
            element.remove(child)
        element.text = text
        self.changed = True

    def add_script(self, element: etree._Element, text: str) -> None:
        script = etree.SubElement(element, bpmn("script"))
        script.text = text
        script.tail = element[-2].tail if len(element) > 1 else None
        self.changed = True

    def become_script(self, task: etree._Element, text: str) -> None:
        """Turn a task into a script task; what it has besides stays."""
        task.tag = bpmn("scriptTask")
        self.set_attribute(task, "scriptFormat", "feel")
        self.add_script(task, text)

    def remove(self, element: etree._Element) -> None:
        """Take an extension element out with its line; text after it stays."""
        parent = element.getparent()
        assert parent is not None
        before = element.getprevious()
        tail = element.tail or ""
        if before is not None:
            before.tail = tail if not (before.tail or "").strip() else (before.tail or "") + tail.strip()
        else:
            parent.text = tail if not (parent.text or "").strip() else (parent.text or "") + tail.strip()
        element.tail = None
        parent.remove(element)
        self.changed = True

    def add_root(self, name: str, **attributes: str) -> None:
        """A definition that events refer to, before the first process."""
        element = etree.Element(bpmn(name), attributes)
        if self._first_process is None:
            self.root.append(element)
        else:
            self._first_process.addprevious(element)
        element.tail = self.root.text
        self.ids.add(attributes["id"])
        self.changed = True

    def append_root(self, element: etree._Element) -> None:
        """A part at the end of the file."""
        last = next(self.root.iterchildren(reversed=True), None)
        self.root.append(element)
        if last is not None:
            element.tail, last.tail = last.tail, self.root.text
        self.changed = True

    def _declare(self) -> None:
        """Our prefix once, on the root."""
        marker = f"{{{ANLAN}}}declared"
        if ANLAN not in self.root.nsmap.values():
            self.root.set(marker, "")
            del self.root.attrib[marker]

    def _extension_elements(self, element: etree._Element) -> etree._Element:
        holder = element.find(bpmn("extensionElements"))
        if holder is not None:
            return holder
        place = sum(1 for _ in element.iterchildren(_BEFORE_EXTENSIONS))
        holder = etree.Element(bpmn("extensionElements"))
        element.insert(place, holder)
        holder.tail = element.text if place == 0 else element[place - 1].tail
        return holder

    def _tell(self, element: etree._Element, kind: ChangeKind, code: str, message: str) -> None:
        owner = owner_of(element)
        change = Change(
            element_id=owner.get("id"), line=line_of(element) or line_of(owner), kind=kind, code=code, message=message
        )
        self._changes.setdefault(change)
        if kind is not ChangeKind.KEPT:
            self._discussed.add(owner)


def owner_of(element: etree._Element) -> etree._Element:
    """The element people see in the diagram: an expression's flow, an event definition's event."""
    found = element
    while _is_part(found) and (parent := found.getparent()) is not None:
        found = parent
    return found


def _is_part(element: etree._Element) -> bool:
    name = local_name(element)
    return not is_bpmn(element) or not element.get("id") or name in _PARTS or name.endswith(_PART_ENDINGS)


def _append(holder: etree._Element, tag: str) -> etree._Element:
    """A child at the end, indented like its sisters."""
    last = next(holder.iterchildren(reversed=True), None)
    child = etree.SubElement(holder, tag)
    if last is not None:
        child.tail, last.tail = last.tail, holder.text
    return child
