"""What could be learnt from corrections, as a message for an admin."""

from typing import Final

from slack_sdk.models.blocks import ActionsBlock, ButtonElement, PlainTextObject

from bot.blocks import ids
from bot.blocks.text import Message, context, escape, plain_message, quoted, section
from bot.questions.learning import Proposal
from bot.questions.learning_service import Effect, Review

_MAX_SHOWN: Final = 15


def comparing_message() -> Message:
    """Return what is said at once, while the comparison runs."""
    return plain_message("I am comparing what the corrections would change. This can take half a minute.")


def review_message(review: Review, *, can_learn: bool) -> Message:
    """Return the proposals with their effects, and a button that takes exactly these."""
    if not review.proposals:
        return plain_message(
            f"There is nothing to learn: {review.judged} judged questions, all routed as people said, or disputed."
        )
    count = len(review.proposals)
    headline = f"*{count} {'example' if count == 1 else 'examples'} could be learnt from corrections*"
    shown = [_in_one_line(one) for one in review.proposals[:_MAX_SHOWN]]
    if count > _MAX_SHOWN:
        shown.append(f"… and {count - _MAX_SHOWN} more; `finops-bot learn` lists them all")
    effects = [effect_in_words(effect) for effect in review.effects]
    if not can_learn:
        effects.append("To take them, whoever runs this bot sets `FINOPS_KNOWLEDGE` to a folder")
    button = ButtonElement(
        text=PlainTextObject(text="Learn these"),
        action_id=ids.KNOWLEDGE_LEARN,
        value=review.fingerprint,
        style="primary",
    )
    actions = [ActionsBlock(block_id=ids.KNOWLEDGE_ACTIONS, elements=[button])] if can_learn else []
    text = "\n".join([headline, *shown, *effects])
    return Message(text, (section(headline), section("\n".join(shown)), *context(effects), *actions))


def learnt_message(count: int) -> Message:
    """Return the confirmation that examples were taken."""
    return plain_message(f"Written down: {count} examples. The bot uses them from its next start.")


def effect_in_words(effect: Effect) -> str:
    """Return one line: accuracy before and after."""
    before, after = effect.before, effect.after
    return (
        f"{effect.name} ({before.questions} questions): accepted {before.accepted:.1%} → {after.accepted:.1%},"
        f" nobody's recognised {before.refused:.1%} → {after.refused:.1%}"
    )


def _in_one_line(proposal: Proposal) -> str:
    owner = f"{proposal.persona_key} ({escape(proposal.title)})" if proposal.title else "nobody's"
    return f"• {owner}: {quoted(proposal.text, 150)}"
