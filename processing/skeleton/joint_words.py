"""What names of joints mean: a name is split into a side, a word and a number, and the words in common use are listed.

"mixamorig:LeftUpLeg" is left, "upleg"; "thigh.L" left, "thigh"; "lhip" left, "hip"; "spine.001" "spine", 1. Words of
other languages are translated first, so that "left_Hüfte" and "左ひざ" are left, "hip" and left, "knee".
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_KEPT_NAMES = 2**12  # names of joints: recordings of one rig have the same ones

_LEFT = "left l lft lt links linke linker linkes li gauche izquierda izquierdo sinistra sinistro hidari"
_RIGHT = "right r rgt rt rechts rechte rechter rechtes re droite droit derecha derecho destra destro migi"
_SIDES = dict.fromkeys(_LEFT.split(), "left") | dict.fromkeys(_RIGHT.split(), "right")
_SIDE_CHARACTERS = {"左": "left", "右": "right"}

# Tokens that say nothing about the joint: characters, exporters and rigging layers add them to the name. "stretch",
# "x" (the midline) and "master" are Auto-Rig Pro's.
_NOISE = frozenset(
    "joint jnt jt j bone bn bip bip01 bip001 biped valve mixamorig armature def org m f avg c center skel skeleton "
    "character rig actor bend of the stretch x master fk".split()
)
ENDS = frozenset("end nub tip effector site".split())
"""Tokens of names of the tips of chains."""

TIPS = ENDS | frozenset("top leaf twist roll ik pole target helper".split())
"""Tokens of names of joints that are none of the 22, whatever else the name says."""

SIDED = {
    "hip": ("hjc", "upleg", "upperleg", "thigh", "femur", "hip", "hips", "hipjoint", "pelvis"),
    "knee": ("kjc", "knee", "leg", "lowerleg", "lowleg", "loleg", "shin", "calf", "tibia", "foreleg", "shank"),
    "ankle": ("ajc", "ankle", "talus"),
    "toe": ("toebase", "toe", "toes", "ball", "footindex", "bigtoe", "forefoot", "metatarsal"),
    "foot": ("foot", "feet"),
    "collar": ("collar", "clavicle", "collarbone", "clav", "scapula"),
    "shoulder": ("shoulder", "shldr"),
    "upper arm": ("sjc", "upperarm", "uparm", "arm", "humerus", "bicep", "uarm"),
    "elbow": ("ejc", "elbow", "forearm", "lowerarm", "lowarm", "loarm", "farm", "radius", "larm", "ulna"),
    "wrist": ("wjc", "wrist"),
    "hand": ("hand", "palm"),
    "ear": ("ear",),
}
"""Words for a joint on one side, best first; "hjc" is the centre of the hip joint in a marker model. Which joints they
are is resolved in `matching.py`."""

_SIDED_WORDS = frozenset(word for words in SIDED.values() for word in words)

MIDLINE = {
    "pelvis": tuple(
        "pelvis hips hip hipcenter hipcentre midhip hipsmid spinebase basespine lowertorso root cog".split()
    ),
    # Of MikuMikuDance; they carry the pelvis but lie above or below it, so the middle of both hips is better.
    "pelvis without hips": ("lowerbody", "bodycenter"),
    "neck": tuple("neck neckbase lowerneck necklower necktwist shouldercenter shouldercentre cervical".split()),
    "head": ("head", "face", "skull", "upperneck", "nose"),
}
"""Words for a joint on the midline, best first."""

SPINE = tuple(
    "sacrum waist ab abs abdomen belly stomach abdomenlower abdomenupper lowertorso lowerback spinelower lowerspine "
    "spinenavel navalspine navelspine middlespine spine spinemid midspine spinemiddle back middleback torso trunk "
    "upperbody spineupper upperspine uppertorso upperback chest chestlower spinechest chestspine spineshoulder "
    "sternum thorax upperchest chestupper chestup".split()
)
"""From the pelvis upwards; joints with the same word are sorted by number, or by depth where the tree is known."""

VERTEBRA = "vertebra"
"""The word of all vertebrae, which Xsens and medical rigs number."""

_VERTEBRA_NAME = re.compile(r"^([lt])(\d{1,2})$")

_LANGUAGES = """
pelvis: becken bassin bacino 骨盤
hips: 腰
lowerbody: 下半身 kahanshin
bodycenter: センター
upperbody: 上半身 johanshin jouhanshin
spine: wirbel wirbelsaule rucken columna espalda dos colonne schiena colonna 背骨 脊椎 背中
waist: lende 腰椎
belly: bauch ventre vientre pancia 腹
torso: rumpf tronc tronco 胴
chest: brust brustkorb poitrine pecho petto 胸
neck: hals nacken cou cuello collo 首 kubi
head: kopf tete cabeza testa 頭 atama
collar: schlussel schlusselbein clavicula clavicola 鎖骨
shoulder: schulter schultergelenk epaule hombro spalla 肩 kata
arm: bras brazo braccio 腕 ude
upperarm: oberarm 上腕
elbow: ellbogen ellenbogen ellbogengelenk ellenbogengelenk coude codo gomito ひじ 肘 hiji
forearm: unterarm avantbras antebrazo avambraccio 前腕
wrist: handgelenk poignet muneca polso 手首 tekubi
hand: mano 手
hip: hufte huftgelenk hanche cadera anca 股関節
thigh: oberschenkel cuisse muslo coscia 太もも もも 腿 大腿
leg: bein jambe pierna gamba 足 ashi
knee: knie kniegelenk genou rodilla ginocchio ひざ 膝 hiza
shin: unterschenkel schienbein すね 脛 下腿
ankle: knochel sprunggelenk fussgelenk cheville tobillo caviglia 足首 ashikubi
foot: fuss pied pie piede
toe: zeh zehe zehen ballen orteil orteils punta つま先 爪先 tsumasaki
ear: ohr oreille oreja orecchio 耳
"""
_NAMES_PER_STRANGER = 10

_TRANSLATED = {
    word: line.partition(":")[0] for line in _LANGUAGES.strip().splitlines() for word in line.partition(":")[2].split()
}
"""German, French, Spanish, Italian or Japanese word, without accents -> English. The Japanese ones are the bones of
MikuMikuDance, and others of the same meaning."""


@dataclass(frozen=True)
class Parsed:
    """A joint name split into its parts.

    Attributes:
        index: Which of the names it is.
        side: "left", "right" or None.
        word: Its word, in lower case and without separators.
        number: Its number, 0 without one.
    """

    index: int
    side: str | None
    word: str
    number: int


def unaccented(name: str) -> str:
    """Returns a name without its namespace and the accents of Latin letters: "Armature|Hüfte" -> "Hufte"."""
    name = unicodedata.normalize("NFKC", re.split(r"[:|]", name.strip())[-1]).replace("ß", "ss")
    if name.isascii():
        return name
    bases = [unicodedata.normalize("NFD", letter)[0] for letter in name]
    return "".join(base if base.isascii() else letter for base, letter in zip(bases, name, strict=True))


def tokens_of(name: str) -> list[str]:
    """Splits a name into lower-case words and numbers: "mixamorig:LeftUpLeg" -> left, up, leg; "arm.1" -> arm, 1.

    Letters lose their accents; runs of other letters, as of Japanese ones, are a token.
    """
    return list(_tokens_of(name))


@lru_cache(maxsize=_KEPT_NAMES)
def _tokens_of(name: str) -> tuple[str, ...]:
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+", unaccented(name))
    return tuple(token.lower() for token in found)


def without_shared_prefix(all_tokens: Sequence[list[str]]) -> list[list[str]]:
    """Removes the tokens with which nearly all names begin ("Bip01 Pelvis", "Bip01 L Thigh": 2), never a whole name.

    One name in ten may lack it, as a root that is named after the scene does.

    Args:
        all_tokens: Tokens of each name.

    Returns:
        The tokens of each name after the prefix; the same list if there is none.
    """
    if len(all_tokens) < 3:
        return list(all_tokens)
    usual = sorted(all_tokens)[len(all_tokens) // 2]  # sorted, names with a common beginning are neighbours

    def rest(tokens: list[str], length: int) -> list[str]:
        return tokens[length:] if tokens[:length] == usual[:length] else []

    length = 0
    strangers = len(all_tokens) // _NAMES_PER_STRANGER
    while sum(not rest(tokens, length + 1) for tokens in all_tokens) <= strangers:
        length += 1
    return [rest(tokens, length) or tokens for tokens in all_tokens]


def parse_names(names: Sequence[str]) -> list[Parsed]:
    """Splits names into their parts, without those that are tips of chains, twist bones or no words."""
    all_tokens = without_shared_prefix([tokens_of(name) for name in names])
    parsed = [_parse(index, tokens) for index, tokens in enumerate(all_tokens)]
    return [joint for joint in parsed if joint is not None]


def _parse(index: int, tokens: list[str]) -> Parsed | None:
    """Splits a name into its parts; None for tips of chains, twist bones and names without a word."""
    if not tokens or (TIPS & set(tokens) and tokens[:2] != ["neck", "twist"]):
        return None
    vertebra = _VERTEBRA_NAME.match("".join(tokens))
    if vertebra:
        # L5 is the lowest, T1 the highest: numbers decrease on the way up.
        return Parsed(index, None, VERTEBRA, (100 if vertebra[1] == "t" else 0) + 50 - int(vertebra[2]))
    side: str | None = None
    words: list[str] = []
    number = 0
    for token in tokens:
        if token.isdecimal():
            number = int(token[:6]) if words or side else 0  # before both it numbers the character: "Bip001 Spine"
            continue
        if side is None and token in _SIDES:
            side = _SIDES[token]
            continue
        if side is None and token[0] in _SIDE_CHARACTERS:
            side, token = _SIDE_CHARACTERS[token[0]], token[1:]
        token = _in_english(token)
        if token and (token not in _NOISE or (token in ("center", "c") and words)):
            words.append(token)
    word = "".join(words)
    if word not in (*MIDLINE["pelvis"], *MIDLINE["neck"]):  # "hipcenter" is a word of its own, "headcenter" the head
        word = re.sub(r"cent(er|re)$", "", word)
    if side is None:
        side, word = _side_inside(word)
    if not word:
        return None
    return Parsed(index, side, word, number)


def _in_english(word: str) -> str:
    """Translates a word; others stay as they are. Umlauts may be written with an e ("huefte")."""
    plain = word.replace("ue", "u").replace("oe", "o").replace("ae", "a")
    return _TRANSLATED.get(word) or _TRANSLATED.get(plain) or word


def _side_inside(word: str) -> tuple[str | None, str]:
    """Returns side and rest of a word written without separators: "lhip", "leftupleg", "hipleft"."""
    for prefix, side in (("left", "left"), ("right", "right"), ("l", "left"), ("r", "right")):
        if word.startswith(prefix) and word[len(prefix) :] in _SIDED_WORDS:
            return side, word[len(prefix) :]
    for suffix, side in (("left", "left"), ("right", "right")):
        if word.endswith(suffix) and word[: -len(suffix)] in _SIDED_WORDS:
            return side, word[: -len(suffix)]
    return None, word
