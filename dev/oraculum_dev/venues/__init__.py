"""The stand-in venue server: Polymarket, Kalshi and Manifold on one local port.

It speaks each venue's own REST and socket protocol, with markets that it invents (`sim`), with recorded
payloads (`replay`), or with nothing but a scripted series of short markets (`script`, which the other two
modes carry as well). It is the counterpart of the connectors, so it shares no code with them: what both
sides know, they know from the venues' documents and recordings.
"""
