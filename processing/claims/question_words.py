"""Words that mean nearly the same in a question, so that a known wording with one of them is like one with another."""

from .tokens import stem

__all__ = ["MEANINGS", "WORDS"]

_GROUPS = """
label: label prediction verdict call classification class output outcome result guess diagnosis answer decision
  assessment reading interpretation judgement judgment conclusion category estimate opinion hypothesis tag inference
  evaluation appraisal rating
sure: sure certain confident positive convinced definite
certainty: certainty confidence reliability trustworthiness uncertainty credibility validity accuracy
reliable: reliable trustworthy dependable credible solid robust sound valid accurate firm conclusive
doubt: doubt hesitate hesitation qualm reservation misgiving scepticism skepticism sceptical skeptical caveat concern
  unsure weakness weak
wrong: wrong mistaken mistake error incorrect false misjudged misread misclassified erroneous
right: right correct true
probability: probability probable likelihood likely chance odds percent percentage posterior score
emotion: emotion feeling mood affect sentiment vibe affective emotional feel temper
reason: reason ground basis justification rationale evidence proof clue cue indication indicator sign hint giveaway
  argument observation feature finding detail pointer symptom marker
support: support confirm corroborate substantiate favour favor back
against: against contradict contrary oppose disagree conflict undermine clash inconsistent object objection
  counterargument contra disconfirm refute dispute
odd: odd strange weird fishy off
alternative: alternative option possibility candidate contender rival competitor
other: other another else different
second: second next runner
think: think believe reckon suppose assume consider find
look: look seem appear
show: show express convey display communicate portray radiate exhibit project suggest indicate reveal betray signal
see: see notice spot observe detect recognise recognize identify perceive
explain: explain justify elaborate clarify account motivate
reject: reject exclude dismiss discard eliminate rule
missing: missing lack absent
change: change alter modify adjust tweak exaggerate edit
fast: fast quick rapid swift speedy hasty brisk
hurry: hurry rush hasten race dash charge
slow: slow sluggish leisurely dawdle plod trudge creep crawl drag
speed: speed velocity pace rate
large: long large big wide great broad high
measure: measure value number figure amount degree extent size magnitude level quantify
range: range amplitude excursion span
move: move movement motion
walk: walk stroll amble wander march
run: run jog sprint gallop
stand: stand stationary motionless
still: still rest pause idle stop halt freeze immobile inactive
head: head chin neck
trunk: trunk torso back spine
arm: arm forearm limb
hand: hand wrist palm fist
leg: leg thigh shank
foot: foot feet ankle heel
step: step stride footstep footfall footprint
bend: bend bent flex flexed flexion
lean: lean tilt incline inclination slant stoop
raised: raise raised lift lifted elevate up
low: low down lower droop sag hang
straight: straight upright erect vertical tall
smooth: smooth fluid fluent flow flowing graceful
jerky: jerky choppy abrupt shaky twitchy jittery
sway: sway rock wobble stagger waddle lurch
bounce: bounce bouncy springy oscillation
spread: spread open expand expansive apart
close: close near tight tuck narrow closed
strong: strong forceful vigorous powerful energetic force energy
regular: regular steady even constant uniform consistent
clip: clip recording video file take sequence animation footage
life: life childhood past biography history upbringing
relative: mother father wife husband friend brother sister son daughter family boss uncle aunt cousin parent child
  children boyfriend girlfriend partner colleague neighbour baby
clothes: shirt dress coat trousers shoe hat jeans sock glove scarf jacket skirt sweater suit boot clothes clothing
  outfit wear wearing dressed sneaker pants uniform sandal tie belt hoodie sleeve cap helmet apron
object: bag ball phone cup knife book chair table door gun weapon stick cane umbrella bottle box car bike bicycle tool
  key keys backpack purse suitcase rope sword glass pen camera toy instrument racket flag bench sofa bed
place: room house street city country building park stage kitchen school office town village beach shop garden gym
  hospital church forest road indoors outdoors home studio place location
job: doctor nurse teacher soldier police lawyer engineer job profession occupation career work
illness: disease illness disorder condition syndrome injury pain dementia parkinson stroke arthritis cancer diabetes
  autism depression ill sick disabled disability hurt wound flu infection surgery medication drug medicine therapy
drunk: drunk tipsy intoxicated sober alcohol drink smoke drugged
past: yesterday ago before earlier previously history childhood grew
future: tomorrow later future next soon will
food: eat food meal breakfast lunch dinner hungry thirsty cook taste
weather: weather rain sun snow wind cold hot warm temperature
sound: voice music song sound noise say talk speak sing shout scream hear word language accent whisper
face: face smile eye mouth lip frown brow cheek nose ear tear grin facial gaze blink wink
colour: colour color red blue green black white yellow brown grey pink
looks: beautiful pretty handsome ugly attractive hair beard tattoo skin fat thin muscular blond bald
money: money rich poor salary income price cost pay buy earn
body: weight weigh height kilogram kilo pound
age: age old young year born birthday adult
sex: man woman male female gender sex
name: name identity called surname
finger: finger thumb nail toe
belief: religion religious political politics party vote god pray nationality ethnic race
crime: crime guilty criminal police prison steal kill murder weapon suspect
love: love marry married romantic crush flirt date divorce
character: intelligent clever honest kind lazy personality trustworthy generous brave smart
camera: camera film filmed record recorded sensor marker
want: want intend intention plan goal aim purpose hope wish
write: write translate recommend download install send delete save buy sell book
"""
"""A name of the group, and its words."""


WORDS = frozenset(_GROUPS.replace(":", " ").split())
"""All words of the groups."""


def _by_stem() -> dict[str, str]:
    meanings: dict[str, str] = {}
    for line in _GROUPS.replace("\n  ", " ").strip().splitlines():
        name, _, words = line.partition(": ")
        for word in words.split():
            meanings.setdefault(stem(word), name)
    return meanings


MEANINGS = _by_stem()
"""Stem of a word -> the group of words that mean nearly the same."""
