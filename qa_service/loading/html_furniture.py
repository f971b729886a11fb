"""Which parts of a page are the site's and not the release's: menus, share bars, cookie notices, comments, links.

Told by class and id where all words of a name are those of furniture: `share-bar` is, `social-development` is not.
"""

import re

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_FURNITURE = frozenset(
    "addthis breadcrumb breadcrumbs comment commentform commentlist comments consent cookie cookies crumb crumbs "
    "disqus footer gdpr menu nav navbar navigation newsletter onetrust pager pagination related relatedposts respond "
    "share sharedaddy sharethis sharing sidebar skip social subscribe switcher tags topicpath".split()
)
_BESIDE = frozenset(
    "area article articles banner bar block bottom box bread btn button buttons col collapse column container content "
    "count desktop element entry facebook fb field fixed follow form gem global govuk group header icon icons inner "
    "item items jp lang language left link links list local main media message mobile name news notice overlay page "
    "panel popup post posts primary reader readers right row sdk secondary section side site stories sub td this "
    "thread title to toggle toolbar tools top ul user widget wrap wrapper".split()
)
_LINKS_HEADING = re.compile(
    r"(?:related|useful|external|quick|other|more|latest|recent)[\w ]{0,15}"
    r"(?:links?|news|information|articles?|stories|pages|topics|releases|sites|reading|contents?)"
    r"(?:\s*\([^()]{0,80}\))?[\s:]*"
    r"|see also[\s:]*|tags[\s:]*|share(?: this)?[\w ]{0,12}[\s:]*|follow us[\w ]{0,12}[\s:]*",
    re.IGNORECASE,
)
_OTHER_RELEASES = re.compile(
    r"(?:related|recent|latest|more|other|further)(?: [\w ]{1,20})?"
    r" (?:news|articles?|stories|releases|posts|statements)|related|more news"
    r"|also from this source|you (?:may|might) also (?:like|be interested in)",
    re.IGNORECASE,
)
_PAGE_LINK = (
    r"(?:(?:back|go|return|skip|jump) to|to|top of) (?:the |this |main )*"
    r"(?:index|top|list|home|menu|page|contents?|navigation|home ?page|previous page|news|(?:press |news )?releases?"
    r"|archives?|overview|search results?)(?: of (?:the |this )?page)?"
    r"|(?:view|see) all(?: (?:press |news )?(?:releases|news))?"
    r"|home|print(?:er)?(?:[ -]friendly)?(?: this)?(?: (?:page|version))?|next(?: page)?|prev(?:ious)?(?: page)?"
    r"|share(?: this)?(?: page)?(?: on \w+)?|e-?mail(?: this)?(?: page)?|tweet|facebook|twitter|x|linkedin|instagram"
    r"|youtube|whatsapp|rss|sitemap|site map|contact us|privacy(?: policy)?|terms of use|legal matters|accessibility"
)
_PAGE_LINKS = re.compile(rf"[\W_]*(?:{_PAGE_LINK})(?:[\W_]+(?:{_PAGE_LINK}))*[\W_]*", re.IGNORECASE)
_TRAIL = re.compile(r"(?:you are here\W{0,3})?(?:home(?: ?page)?|top(?: page)?)(?: ?[>»›→]| / ).{1,250}", re.IGNORECASE)
_LONGEST_PAGE_LINKS = 150


def is_furniture(names: str) -> bool:
    """Say whether one of `names`, such as those of a class attribute, is that of furniture."""
    return any(map(_is_name_of_furniture, names.split()[:20]))


def heads_links(text: str) -> bool:
    """Say whether `text` stands above links to other pages."""
    return len(text) <= _LONGEST_PAGE_LINKS and _LINKS_HEADING.fullmatch(text) is not None


def heads_other_releases(text: str) -> bool:
    """Say whether `text`, a heading, stands above what a page shows of others."""
    return _OTHER_RELEASES.fullmatch(text.strip(" \n:…")[:_LONGEST_PAGE_LINKS]) is not None


def is_page_links(text: str) -> bool:
    """Say whether `text`, all of it links, only leads around the site, as "Back to Index | Print" does."""
    return len(text) <= _LONGEST_PAGE_LINKS and _PAGE_LINKS.fullmatch(text) is not None


def is_trail(text: str) -> bool:
    """Say whether `text`, some of it links, tells where on the site the page lies, as "Home > News > Summit" does."""
    return _TRAIL.fullmatch(text) is not None


def _is_name_of_furniture(name: str) -> bool:
    words = {word.lower() for word in _WORDS.findall(name[:60]) if len(word) > 1}  # not the "c" of `c-share-links`
    return not words.isdisjoint(_FURNITURE) and words <= _FURNITURE | _BESIDE
