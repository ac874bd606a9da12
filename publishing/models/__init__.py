"""Documents and their blocks, which staff write; editions, which the public reads; and the rows they point at."""

from publishing.models.block import Callout, Download, Figure, Links, Quote, Statistics, Text
from publishing.models.document import Document, Source
from publishing.models.edition import Edition, EditionLabel
from publishing.models.helpline import Helpline
from publishing.models.landing_block import Card, Contact, Person, Question, Step
from publishing.models.media import Image, MediaFile
from publishing.models.topic import Topic

BLOCK_MODELS = (Text, Figure, Statistics, Quote, Callout, Download, Links, Card, Step, Person, Contact, Question)
