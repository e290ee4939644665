"""核对办件包：python verify.py [--checkpoint 另存的检查点文件 [--consistency 一致性证明]] [--key 公钥]

Checks an unpacked case bundle with nothing but Python 3.9 or newer: every file against the manifest, the chain of
events, everything that the events name by digest, the Merkle proof, and the signature of the checkpoint. Do not take
this file from the bundle that is to be checked: whoever has forged a bundle has forged its verify.py too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

#: an event and its own digest
Event = tuple[dict[str, Any], str]
#: what bytes that nobody of ours wrote make of whoever reads them
GARBAGE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
#: files that are checked by themselves, or that are only read by people
PLACES = {
    *("README.txt", "checkpoint.txt", "manifest.json", "proof.json", "verify.py"),
    *("办理表.html", "办理表.pdf"),
}
#: what a list of pinned versions names beside its diagram
PARTS = ("called", "decisions", "forms")
#: extended coordinates
Point = tuple[int, int, int, int]
#: affine coordinates; None stands for the point at infinity
Affine = tuple[int, int]

# SM3 (GB/T 32905-2016), for Pythons that were built without it.


def sm3(data: bytes) -> str:
    if "sm3" in hashlib.algorithms_available:
        return hashlib.new("sm3", data).hexdigest()
    mask = 0xFFFFFFFF

    def rotate(x: int, n: int) -> int:
        n %= 32
        return ((x << n) | (x >> (32 - n))) & mask if n else x

    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    for start in range(0, len(padded), 64):
        w = [int.from_bytes(padded[start + i : start + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rotate(w[j - 3], 15)
            w.append(x ^ rotate(x, 15) ^ rotate(x, 23) ^ rotate(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            t = 0x79CC4519 if j < 16 else 0x7A879D8A
            ss1 = rotate((rotate(a, 12) + e + rotate(t, j)) & mask, 7)
            ff = a ^ b ^ c if j < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if j < 16 else (e & f) | (~e & mask & g)
            tt1 = (ff + d + (ss1 ^ rotate(a, 12)) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d, e, f, g, h = (
                tt1,
                a,
                rotate(b, 9),
                c,
                tt2 ^ rotate(tt2, 9) ^ rotate(tt2, 17),
                e,
                rotate(f, 19),
                g,
            )
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h), strict=False)]
    return "".join(f"{word:08x}" for word in state)


def digest(data: bytes, kind: str = "sha256") -> str:
    if kind == "sha256":
        return hashlib.sha256(data).hexdigest()
    if kind == "sm3":
        return sm3(data)
    raise ValueError("不认识的摘要算法 " + str(kind))


# Ed25519 (RFC 8032 §5.1.7).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(n: int, p: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, p)
        p, n = add(p, p), n >> 1
    return result


def point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes.fromhex("58" + "66" * 31)) or (0, 1, 1, 0)


def ed25519(key: bytes, message: bytes, signature: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = multiply(s, BASE), add(r, multiply(h, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# SM2 with SM3 (GB/T 32918.2-2016, curve of GB/T 32918.5-2017).

SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_A = SM2_P - 3
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
#: who signs, where nothing else was agreed upon (GB/T 35276)
SM2_ID = b"1234567812345678"


def sm2_add(p: Affine | None, q: Affine | None) -> Affine | None:
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % SM2_P == 0:
        return None
    if p == q:
        slope = (3 * p[0] * p[0] + SM2_A) * pow(2 * p[1], SM2_P - 2, SM2_P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], SM2_P - 2, SM2_P)
    x = (slope * slope - p[0] - q[0]) % SM2_P
    return x, (slope * (p[0] - x) - p[1]) % SM2_P


def sm2_multiply(n: int, p: Affine | None) -> Affine | None:
    result: Affine | None = None
    while n:
        if n & 1:
            result = sm2_add(result, p)
        p, n = sm2_add(p, p), n >> 1
    return result


def sm2(key: bytes, message: bytes, signature: bytes) -> bool:
    key = key[1:] if len(key) == 65 and key[:1] == b"\x04" else key
    if len(key) != 64 or len(signature) != 64:
        return False
    x, y = int.from_bytes(key[:32], "big"), int.from_bytes(key[32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < SM2_N and 0 < s < SM2_N and x < SM2_P and y < SM2_P):
        return False
    if (y * y - x * x * x - SM2_A * x - SM2_B) % SM2_P:
        return False
    curve = b"".join(part.to_bytes(32, "big") for part in (SM2_A, SM2_B, *SM2_G))
    signer = bytes.fromhex(sm3((8 * len(SM2_ID)).to_bytes(2, "big") + SM2_ID + curve + key))
    e, t = int(sm3(signer + message), 16), (r + s) % SM2_N
    found = sm2_add(sm2_multiply(s, SM2_G), sm2_multiply(t, (x, y))) if t else None
    return found is not None and (e + found[0]) % SM2_N == r


# Merkle trees (RFC 6962 §2.1, RFC 9162 §2.1.3.2 and §2.1.4.2).


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(entry: bytes, index: int, size: int, proof: list[bytes]) -> str | None:
    current, last = hashlib.sha256(b"\x00" + entry).digest(), size - 1
    for sibling in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            current = node(sibling, current)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            current = node(current, sibling)
        index, last = index >> 1, last >> 1
    return current.hex() if last == 0 else None


def is_consistent(old_size: int, size: int, proof: list[bytes], old_root: str, root: str) -> bool:
    """Whether a tree of `size` begins with the tree of `old_size`."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return old_root == root and not proof
    if old_size & (old_size - 1) == 0:
        proof = [bytes.fromhex(old_root), *proof]
    if not proof:
        return False
    first, last = old_size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node(sibling, old), node(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old.hex() == old_root and new.hex() == root


class Bundle:
    """The files of an unpacked bundle, and what is wrong with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.notes: list[str] = []

    def wrong(self, message: str) -> None:
        self.problems.append(message)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.folder / name).read_bytes()
        except OSError:
            self.wrong("缺少文件 " + name)
            return None

    def json(self, name: str) -> dict[str, Any]:
        content = self.read(name)
        try:
            return {} if content is None else dict(json.loads(content))
        except GARBAGE:
            self.wrong(f"文件 {name} 无法读取")
            return {}

    def check(self, kept: str | None = None, key: str | None = None, consistency: str | None = None) -> int:
        manifest = self.json("manifest.json")
        events: list[Event] = []
        self.attempt("清单", lambda: self.check_files(manifest["files"]))
        self.attempt("历史", lambda: self.check_events(manifest, events))
        self.attempt("历史提到的内容", lambda: self.check_named(events))
        if events:
            self.attempt("文件", lambda: self.check_places(manifest, events))
        if self.check_proof(events):
            self.check_checkpoint(kept, key, consistency)
        elif kept is not None or key is not None:
            self.wrong("办件包里没有包含证明（proof.json），无法与检查点或公钥对照")
        self.notes.append("办理表、README.txt 和清单里的标题只供阅读，不在证明之内。")
        return len(events)

    def attempt(self, what: str, check: Callable[[], None]) -> None:
        """What a forger has made unreadable is a finding, and the other checks go on."""
        try:
            check()
        except GARBAGE as error:
            self.wrong(f"{what}不合格式，无法核对完：{error!r}"[:300])

    def names(self) -> set[str]:
        """All files of the bundle, by their paths in it; whatever is neither file nor folder is told."""
        found = set()
        for path in self.folder.rglob("*"):
            name = str(path.relative_to(self.folder)).replace("\\", "/")
            if path.is_symlink():
                self.wrong(f"{name} 是一个链接，不是文件")
            elif path.is_file() and not name.startswith("__pycache__/verify."):
                found.add(name)
        return found

    def check_files(self, files: dict[str, str]) -> None:
        for name, known in files.items():
            content = self.read(name)
            if content is not None and digest(content) != known:
                self.wrong(f"文件 {name} 被改动")
        for name in sorted(self.names() - set(files) - {"manifest.json"}):
            self.wrong("多出文件 " + name)

    def check_places(self, manifest: dict[str, Any], events: list[Event]) -> None:
        """Every file is what its name says: whoever opens one must not be shown another's content."""
        first = events[0][0]["input"]
        if manifest.get("number") != first["case"]["number"]:
            self.wrong("清单里的办件编号与历史不符")
        documents_at = {
            f"attachments/{document['id'][:8]}-{document.get('name', '')}": document["sha256"]
            for event, _ in events
            for document in documents(event["input"].get("values"))
        }
        definitions = self.pinned(events)
        for name in sorted(set(manifest["files"]) - PLACES):
            folder, _, base = name.rpartition("/")
            own = digest((self.folder / name).read_bytes())
            if folder == "definitions":
                known = own in definitions and base.rpartition(".")[0].endswith(own[:16])
            elif folder == "attachments":
                known = documents_at.get(name) == own
            else:
                known = folder == "events" or (name == "policy.json" and own == first["policy"])
            if not known:
                self.wrong(f"文件 {name} 的内容不是历史里的那一份")
        if (self.folder / "verify.py").read_bytes() != Path(__file__).read_bytes():
            self.notes.append("包里的 verify.py 与正在使用的不同：版本不同，或者被换掉。请不要运行包里的那一份。")

    def pinned(self, events: list[Event]) -> set[str]:
        """The digests of the lists of what the case was pinned to, and of everything in them."""
        bundles = {event["input"]["bundle"] for event, _ in events if "bundle" in event["input"]}
        found = set(bundles)
        for path in (self.folder / "definitions").glob("bundle-*.json"):
            content = path.read_bytes()
            if digest(content) in bundles:
                told = json.loads(content)
                found |= {told["diagram"], *(it for part in PARTS for it in told[part].values())}
        return found

    def check_events(self, manifest: dict[str, Any], events: list[Event]) -> None:
        previous = None
        names = sorted(path.name for path in (self.folder / "events").glob("*.json"))
        for seq, name in enumerate(names, 1):
            content = (self.folder / "events" / name).read_bytes()
            try:
                event = json.loads(content)
                own = digest(content, event["hash"])
            except GARBAGE as error:
                self.wrong(f"历史 {name} 无法读取：{error}")
                break
            if event.get("seq") != seq or name != f"{seq:06d}.json":
                self.wrong(f"历史缺少第 {seq} 条，或者次序被调换")
            if event.get("stream") != manifest.get("case"):
                self.wrong(f"历史 {name} 不属于这个办件")
            if event.get("previous") != previous:
                self.wrong(f"历史第 {seq} 条与前一条接不上：前一条被改动、删除或调换")
            events.append((event, own))
            previous = own
        if not events:
            self.wrong("办件包里没有历史")
        elif manifest.get("head") != previous or manifest.get("events") != len(events):
            self.wrong("历史的末端与清单不符：有记录被删除或添加")

    def check_named(self, events: list[Event]) -> None:
        """Everything that the events name by digest is here, unchanged."""
        here = {digest(path.read_bytes()) for path in self.folder.rglob("*") if path.is_file()}
        for event, _ in events:
            told = event.get("input", {})
            for what, name in (("固定版本清单", "bundle"), ("政策参数", "policy"), ("表单", "form")):
                named = told.get(name)
                if (
                    isinstance(named, str)
                    and (name != "policy" or event["type"] == "ProcessStarted")
                    and named not in here
                ):
                    self.wrong(f"第 {event['seq']} 条历史依据的{what}不在包里，或者被改动")
            for document in documents(told.get("values")):
                if document["sha256"] not in here:
                    self.wrong(f"第 {event['seq']} 条历史里的附件 {document['sha256'][:16]}… 不在包里，或者被改动")
        for path in (self.folder / "definitions").glob("bundle-*.json"):
            pinned = json.loads(path.read_bytes())
            parts = [value for part in PARTS for value in pinned[part].values()]
            for named in [pinned["diagram"], *parts]:
                if named not in here:
                    self.wrong(f"固定版本 {named[:16]}… 的内容不在包里，或者被改动")

    def check_proof(self, events: list[Event]) -> bool:
        if not (self.folder / "proof.json").exists():
            self.notes.append("办件包里没有检查点：只能证明历史前后一致，不能证明它没有被整个重写。")
            return False
        proof = self.json("proof.json")
        facts = self.facts()
        try:
            entry = proof["entry"]
            seq = entry["seq"]
            if entry["kind"] != "stream" or not 0 < seq <= len(events) or not 0 <= proof["index"] < int(facts["size"]):
                self.wrong("包含证明不成立：它不是关于这个办件的历史的")
            elif entry["digest"] != events[seq - 1][1] or entry["key"] != events[0][0]["stream"]:
                self.wrong(f"检查点覆盖的第 {seq} 条历史与包里的不同")
            leaf = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            path = [bytes.fromhex(part) for part in proof["proof"]]
            if root_from(leaf, proof["index"], int(facts["size"]), path) != facts["root"]:
                self.wrong("包含证明不成立：办件的历史不在检查点里")
            self.check_end(proof, leaf, seq, facts)
            if seq < len(events):
                later = len(events) - seq
                self.notes.append(f"检查点覆盖到第 {seq} 条历史，之后的 {later} 条要等下一个检查点。")
        except GARBAGE as error:
            self.wrong(f"包含证明或检查点无法读取：{error!r}")
        return True

    def check_end(self, proof: dict[str, Any], leaf: bytes, seq: int, facts: dict[str, str]) -> None:
        """An older end of the chain is under the checkpoint too, but not among the ends of that day."""
        if "ends" not in facts:
            self.notes.append(f"检查点是旧格式的，不能证明第 {seq} 条是它生成时的最后一条。")
            return
        index, chains = proof["end"]["index"], int(facts["chains"])
        path = [bytes.fromhex(part) for part in proof["end"]["proof"]]
        if not 0 <= index < chains or root_from(leaf, index, chains, path) != facts["ends"]:
            self.wrong(f"第 {seq} 条不是检查点生成时的最后一条历史：后面的历史被截掉了")

    def text(self) -> tuple[str, str]:
        content = (self.read("checkpoint.txt") or b"").decode("utf-8", "replace").replace("\r\n", "\n")
        text, _, signature = content.rpartition("signature: ")
        return text, signature.strip()

    def facts(self) -> dict[str, str]:
        return facts_of(self.text()[0])

    def check_checkpoint(self, kept: str | None, key: str | None, consistency: str | None) -> None:
        text, signature = self.text()
        own = self.facts().get("key", "")
        self.check_signature("检查点", text, signature)
        if key is not None and key.lower() != own:
            self.wrong("检查点不是用指定的公钥签名的")
        if kept is not None:
            self.check_kept(kept.replace("\r\n", "\n").strip(), (text + "signature: " + signature).strip(), consistency)
        if key is None and kept is None:
            self.notes.append(f"检查点的公钥是 {own}，请与主管部门公布的公钥核对。")

    def check_signature(self, what: str, text: str, signature: str) -> None:
        facts = facts_of(text)
        schemes = {"ed25519": ed25519, "sm2": sm2}
        try:
            scheme = schemes[facts["algorithm"]]
            if not scheme(bytes.fromhex(facts["key"]), text.encode(), bytes.fromhex(signature)):
                self.wrong(what + "的签名无效")
        except KeyError:
            self.wrong(what + "的签名算法不认识，或者没有公钥")
        except ValueError:
            self.wrong(what + "的公钥或签名不合格式")

    def check_kept(self, kept: str, own: str, consistency: str | None) -> None:
        """The kept checkpoint is the bundle's own, or an older one that the bundle's goes on from."""
        if kept == own:
            return
        if consistency is None:
            self.wrong(
                "包里的检查点与另存的检查点不同；如果另存的较早，请用 anlan checkpoint --since 取得一致性证明，"
                "再加上 --consistency"
            )
            return
        text, _, signature = kept.rpartition("signature: ")
        self.check_signature("另存的检查点", text, signature.strip())
        old, new = facts_of(text), self.facts()
        if old.get("key") != new.get("key"):
            self.wrong("包里的检查点与另存的检查点不是同一把密钥签名的")
        try:
            proof = [bytes.fromhex(part) for part in json.loads(consistency)["proof"]]
            sizes = int(old["size"]), int(new["size"])
            if not is_consistent(*sizes, proof, old["root"], new["root"]):
                self.wrong("一致性证明不成立：另存的检查点以后，此前的历史被改动过")
        except GARBAGE as error:
            self.wrong(f"一致性证明无法读取：{error!r}")


def facts_of(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def documents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("sha256"), str):
            yield value
        for item in value.values():
            yield from documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from documents(item)


def main() -> int:
    parser = argparse.ArgumentParser(description="核对办件包")
    parser.add_argument("folder", nargs="?", default=Path(__file__).resolve().parent, type=Path, help="解开的办件包")
    parser.add_argument("--checkpoint", type=Path, help="另行保存的检查点文件")
    parser.add_argument("--key", help="公布的公钥")
    parser.add_argument("--consistency", type=Path, help="另存的检查点较早时：到包里检查点的一致性证明")
    given = parser.parse_args()
    bundle = Bundle(given.folder)
    try:
        kept, consistency = (
            path.read_text("utf-8") if path else None for path in (given.checkpoint, given.consistency)
        )
    except (OSError, ValueError) as error:
        print(f"另存的检查点或一致性证明无法读取：{error}")
        return 2
    count = bundle.check(kept, given.key, consistency)
    for problem in bundle.problems:
        print("✗ " + problem)
    for note in bundle.notes:
        print("※ " + note)
    if bundle.problems:
        print(f"核对不通过：发现 {len(bundle.problems)} 处问题。")
        return 1
    print(f"核对通过：{count} 条历史前后相连，定义、政策和附件与历史一致。")
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    sys.exit(main())
